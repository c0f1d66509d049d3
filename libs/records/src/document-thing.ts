import type { Protection, Thing } from '#access';

/**
 * A document, or what stands in it under further protections, as the access decision is asked about it. Its attributes are the
 * columns by which lists turn the rules into SQL: whoever adds one here adds it to `DOCUMENT_COLUMNS`.
 */
export const documentThing = (id: string, protections: readonly Protection[]): Thing => ({
  kind: 'Document',
  protections,
  id,
});
