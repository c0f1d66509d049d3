/** A portion-marked document of a test, as its author would type it. EXERCISE. */
export interface DocumentPlan {
  readonly banner: string;
  /** The document's own mark; the banner stands in where none is named. */
  readonly mark?: string;
  readonly originator: string;
  readonly needToKnow: readonly string[];
  readonly blocks: readonly string[];
}

/** Builds marked text: `aDocument().underBanner('COSMIC TOP SECRET').titled('(NU) A package').saying('(CTS) …')`. */
export class DocumentBuilder {
  constructor(private readonly plan: DocumentPlan) {}

  underBanner(banner: string): DocumentBuilder {
    return this.with({ banner });
  }

  /** The document's own mark: under it stands that the document exists. */
  markedAs(mark: string): DocumentBuilder {
    return this.with({ mark });
  }

  from(originator: string): DocumentBuilder {
    return this.with({ originator });
  }

  forThose(...needToKnow: string[]): DocumentBuilder {
    return this.with({ needToKnow });
  }

  /** The title with its mark; the first portion. */
  titled(title: string): DocumentBuilder {
    return this.with({ blocks: [`# ${title}`, ...this.plan.blocks] });
  }

  /** Paragraphs, each with its mark. */
  saying(...paragraphs: string[]): DocumentBuilder {
    return this.with({ blocks: [...this.plan.blocks, ...paragraphs] });
  }

  /** A target table: rows of mark, nation, area, now, required, unit, due. */
  withTargets(...rows: (readonly [string, string, string, number, number, string, number])[]): DocumentBuilder {
    const lines = rows.map((cells) => `| ${cells.join(' | ')} |`);
    const table = [
      '| Mark | Nation | Capability area | Now | Required | Unit | Due |',
      '|---|---|---|---|---|---|---|',
      ...lines,
    ];
    return this.with({ blocks: [...this.plan.blocks, table.join('\n')] });
  }

  text(): string {
    const { banner, mark, originator, needToKnow, blocks } = this.plan;
    const head = [
      '---',
      `banner: ${banner}`,
      ...(mark === undefined ? [] : [`mark: ${mark}`]),
      `originator: ${originator}`,
      `need-to-know: [${needToKnow.map((token) => JSON.stringify(token)).join(', ')}]`,
      'exercise: true',
      '---',
    ];
    return `${head.join('\n')}\n\n${blocks.join('\n\n')}\n`;
  }

  private with(changes: Partial<DocumentPlan>): DocumentBuilder {
    return new DocumentBuilder({ ...this.plan, ...changes });
  }
}

/** A document for everyone, from ACT, under COSMIC TOP SECRET, without a portion yet. */
export const aDocument = (): DocumentBuilder =>
  new DocumentBuilder({ banner: 'COSMIC TOP SECRET', originator: 'ACT', needToKnow: ['everyone'], blocks: [] });
