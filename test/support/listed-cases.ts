import { type AccessRules, type Actor, type Protection, environmentOf, permits } from '#access';
import { asking } from './cluster';
import type { House, Resident } from './house';

/** What a list of cases is narrowed by, and which word is looked for. */
export interface NarrowedCases {
  readonly words?: string;
  readonly nation?: string;
  readonly area?: string;
  readonly state?: string;
  readonly document?: string;
  readonly requestedBy?: string;
  readonly policy?: string;
  readonly classification?: string;
}

/** A case as it is stored, with the targets that it treats in its round. */
export interface StoredCase {
  readonly id: string;
  readonly documentId: string;
  readonly requestedBy: string;
  readonly state: string;
  readonly text: string;
  readonly own: Protection;
  readonly targets: readonly { nation: string; area: string; own: Protection; around: Protection }[];
}

/** Everything that there is, read by the superuser, whom nothing hides it from. */
export const storedCases = (house: House): Promise<StoredCase[]> =>
  asking(house.databases.main('superuser'), async (client) => {
    const { rows } = await client.query<StoredCase>(
      `SELECT c.id, c.document_id AS "documentId", c.requested_by AS "requestedBy", c.state, c.title || ' ' || c.summary AS text,
              jsonb_build_object('label', k.label, 'needToKnow', k.need_to_know) AS own,
              (SELECT coalesce(jsonb_agg(jsonb_build_object('nation', p.nation, 'area', p.area,
                        'own', jsonb_build_object('label', o.label, 'needToKnow', o.need_to_know),
                        'around', jsonb_build_object('label', a.label, 'needToKnow', a.need_to_know))), '[]')
                 FROM proposal_item i JOIN portion p ON p.id = i.portion_id JOIN protection o ON o.id = p.protection_id
                 JOIN protection a ON a.id = p.document_protection_id
                WHERE i.case_id = c.id AND i.round = c.round AND p.kind = 'target') AS targets
         FROM release_case c JOIN protection k ON k.id = c.protection_id ORDER BY c.created_at DESC, c.id DESC`,
    );
    return rows;
  });

/** What the plain access decision says of everything that is stored. */
export function casesOf(actor: Actor, all: readonly StoredCase[], asked: NarrowedCases, rules: AccessRules): string[] {
  const environment = environmentOf(actor, rules);
  const { nation, area, words, state, document, requestedBy: requester, policy, classification } = asked;
  return all
    .filter(({ id, own, requestedBy, state: stands }) =>
      permits(actor, 'read', { kind: 'Case', protections: [own], id, requestedBy, state: stands }, environment),
    )
    .filter(({ text }) => words === undefined || new Set<string>(text.toLowerCase().match(/\w+/g)).has(words))
    .filter(
      (each) =>
        (state === undefined || each.state === state) &&
        (document === undefined || each.documentId === document) &&
        (requester === undefined || each.requestedBy === requester),
    )
    .filter(({ own: { label } }) => policy === undefined || label.policy === policy)
    .filter(({ own: { label } }) => classification === undefined || label.classification === classification)
    .filter(
      ({ documentId: id, targets }) =>
        (nation === undefined && area === undefined) ||
        targets.some(
          (target) =>
            (nation === undefined || target.nation === nation) &&
            (area === undefined || target.area === area) &&
            permits(actor, 'read', { kind: 'Document', protections: [target.own, target.around], id }, environment),
        ),
    )
    .map(({ id }) => id);
}

/** The whole list over HTTP, page by page, and what it counts. */
export async function listedCases(
  { client }: Resident,
  { words, ...filter }: NarrowedCases,
): Promise<{ ids: string[]; count: number }> {
  const ids: string[] = [];
  let count: number | undefined;
  let cursor: string | undefined;
  do {
    const asked = { ...filter, limit: 3, count: count === undefined, ...(cursor === undefined ? {} : { cursor }) };
    const page = words === undefined ? await client.cases(asked) : await client.searchCases({ ...asked, words });
    ids.push(...page.items.map(({ id }) => id));
    count ??= page.count ?? -1;
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return { ids, count };
}
