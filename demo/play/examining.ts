import type { DocumentView } from '#contracts';
import { holds, same } from './deviation';
import type { Play } from './play';

/** Why somebody may, and who else: labels and rights, and never text. */
export async function examining(play: Play, annex: DocumentView): Promise<void> {
  const { story, cast } = play;
  const official = await cast.as('defence-planner.deu');
  const press = await cast.as('press-officer');
  const security = await cast.as('security-officer');
  await story.step(
    official,
    'asks why they may read the annex',
    async () => {
      const { effect, checks } = await official.client.explainDocument(annex.id);
      same('the verdict', 'permit', effect);
      return checks;
    },
    (checks) => `${String(checks.length)} checks, each with what was needed and what they have`,
  );
  await story.step(
    security,
    'asks who can read it, and why the press officer may not; is shown no word of it',
    async () => {
      const { readers, people } = await security.client.whoCanRead(annex.id, { verdict: 'permit' });
      const { effect, checks } = await security.client.examineDecision({ person: press.person, document: annex.id });
      same('the verdict on the press officer', 'deny', effect);
      return { readers, people, failed: checks.filter(({ outcome }) => !outcome).map(({ rule }) => rule) };
    },
    ({ readers, people, failed }) =>
      `${String(readers)} of ${String(people)} people; the press officer fails ${failed.join(', ')}`,
  );
  await story.step(
    security,
    'asks what would change if everybody in the planning process needed to know it',
    async () => {
      const { gain, lose } = await security.client.whatIf({ document: annex.id, needToKnow: ['community:NDPP'] });
      holds('that many would gain', gain.people > 10, String(gain.people));
      return { gain: gain.people, lose: lose.people };
    },
    ({ gain, lose }) => `${String(gain)} would gain and ${String(lose)} would lose; nothing was changed`,
  );
}

/** A recorded decision made again, after what it rested on was taken away. */
export async function replaying({ story, cast, startedAt }: Play, annex: DocumentView): Promise<void> {
  const auditor = await cast.as('auditor');
  const security = await cast.as('security-officer');
  const official = await cast.as('defence-planner.deu');
  await story.step(
    security,
    'replays the decision by which the official read the annex',
    async () => {
      const { items } = await auditor.client.events({
        document: annex.id,
        person: official.person,
        action: 'document.read',
        outcome: 'done',
        from: startedAt,
      });
      const { verified, replayed, today } = await security.client.replay(items[0]?.id ?? '');
      same('what vouches for its inputs', true, verified.digest);
      same('the verdict then', 'permit', replayed?.effect);
      same('the verdict today', 'deny', today?.effect);
      return today?.changes.map(({ rule }) => rule) ?? [];
    },
    (changed) => `it was right by the rules of then; today the answer is no, by ${changed.join(', ')}`,
  );
}
