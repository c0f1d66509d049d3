import type { Reader } from './noninterference-ground';
import { VOCABULARY } from './noninterference-ground';
import type { Told } from './noninterference-memory';

/**
 * What an office is there to be told of others, by ids, labels and codes: on these routes the two worlds may differ for it. On all
 * others its holder is a reader like any other.
 */
export const TOLD_BY_OFFICE: Readonly<Partial<Record<Reader, readonly string[]>>> = {
  auditor: [
    'GET /api/audit/events',
    'GET /api/audit/events/{id}/proof',
    'GET /api/audit/checkpoint',
    'GET /api/audit/consistency',
  ],
  officer: [
    'GET /api/examine/decision',
    'GET /api/examine/documents/{id}/readers',
    'GET /api/examine/people/{id}/documents',
    'POST /api/examine/what-if',
    'POST /api/rules/preview',
    'GET /api/break-glass',
    'POST /api/break-glass/{id}/review',
    'POST /api/break-glass/{id}/end',
  ],
  // Every breaking of glass is told to every security officer; the rest takes a session that is stepped up.
  unassuredOfficer: ['GET /api/break-glass', 'POST /api/break-glass/{id}/review', 'POST /api/break-glass/{id}/end'],
};

export const isToldByOffice = (reader: Reader, route: string): boolean =>
  TOLD_BY_OFFICE[reader]?.includes(route) ?? false;

const WORDS = new RegExp(`\\b(${VOCABULARY.join('|')})\\b`);

/**
 * The first word of a text, if the answer says one: no office is told any on its routes.
 *
 * INVARIANT (no_read_up): what anybody wrote in these worlds is made of one vocabulary, which no route, id or label shares.
 */
export const wordIn = ({ body }: Told): string | undefined => WORDS.exec(body)?.[0];
