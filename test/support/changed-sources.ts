// Each statement takes the id of a case as its parameter.
const PORTION = `(SELECT portion_id FROM proposal_item WHERE case_id = $1 AND n = 1)`;
const REPLACED = `(SELECT portion_id FROM proposal_item WHERE case_id = $1 AND treatment = 'substitute')`;
const PROTECTION = `(SELECT protection_id FROM portion WHERE id = ${PORTION})`;
const underLabel = (level: string): string =>
  `(SELECT id FROM protection WHERE label ->> 'classification' = '${level}' LIMIT 1)`;

/** What was changed, how, and how it is undone where the picture of the evidence does not show it. */
export const CHANGED_SOURCES: readonly [what: string, change: string, undo?: string][] = [
  [
    'the label of an included portion',
    `UPDATE portion SET protection_id = ${underLabel('SECRET')} WHERE id = ${PORTION}`,
  ],
  [
    'a label itself, in the dictionary',
    `UPDATE protection SET label = label || '{"classification": "RESTRICTED"}' WHERE id = ${PROTECTION}`,
    `UPDATE protection SET label = label || '{"classification": "UNCLASSIFIED"}' WHERE id = ${PROTECTION}`,
  ],
  [
    'the need-to-know of an included portion',
    `UPDATE protection SET need_to_know = array_append(need_to_know, 'organisation:EXERCISE') WHERE id = ${PROTECTION}`,
    `UPDATE protection SET need_to_know = array_remove(need_to_know, 'organisation:EXERCISE') WHERE id = ${PROTECTION}`,
  ],
  [
    'the label of a portion that is put in other words',
    `UPDATE portion SET protection_id = ${underLabel('TOP SECRET')} WHERE id = ${REPLACED}`,
  ],
  ['a word of an included portion', `UPDATE portion SET body = body || '.' WHERE id = ${PORTION}`],
  ['the originator of an included portion', `UPDATE portion SET originator = 'IS' WHERE id = ${PORTION}`],
  [
    'which portion an item names',
    `UPDATE proposal_item SET portion_id = (SELECT portion_id FROM proposal_item WHERE case_id = $1 AND n = 2) WHERE case_id = $1 AND n = 1`,
  ],
  [
    'the treatment of an item',
    `UPDATE proposal_item SET treatment = 'withhold', reason_code = 'OTHER' WHERE case_id = $1 AND n = 2`,
  ],
  [
    'why a portion stays behind',
    `UPDATE proposal_item SET reason_code = 'OTHER' WHERE case_id = $1 AND treatment = 'withhold'`,
  ],
  ['that a portion stays behind', `DELETE FROM proposal_item WHERE case_id = $1 AND treatment = 'withhold'`],
  [
    'a word of the closed part',
    `UPDATE proposal_closed SET closed = jsonb_set(closed, '{items,0,source}', '"other"') WHERE proposal_id = (SELECT proposal_id FROM release_case WHERE id = $1)`,
  ],
  [
    'the salt of the closed part',
    `UPDATE proposal_closed SET salt = salt || '0' WHERE proposal_id = (SELECT proposal_id FROM release_case WHERE id = $1)`,
  ],
  [
    'the closed part, by its absence',
    `DELETE FROM proposal_closed WHERE proposal_id = (SELECT proposal_id FROM release_case WHERE id = $1)`,
  ],
];
