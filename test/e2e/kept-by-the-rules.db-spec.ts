import { randomUUID } from 'node:crypto';
import { type AccessRules, shippedRules } from '#access';
import { type AllianceHouse, PACKAGE, aRequest, openAllianceHouse } from '../support/alliance';
import { type Resident } from '../support/house';
import { ask } from '../support/http';
import { aPerson } from '../support/people';

/* What the rules keep from somebody is not there for them on any way, although the database would show it: it does not know the rules. */
const KEPT: AccessRules = {
  ...shippedRules,
  version: 'exercise-kept',
  rules: [
    ...shippedRules.rules,
    { id: 'planners-do-not-read', roles: ['planner'], action: 'read', subject: 'Document', inverted: true },
  ],
};

let alliance: AllianceHouse;
/** Writes documents, asks for releases, and reads no document any more. */
let writer: Resident;
let document: string;
let begun: string;

beforeAll(async () => {
  alliance = await openAllianceHouse();
  const { house } = alliance;
  ({ writer } = await house.enrol({
    writer: aPerson('writer').clearedTo('TOP SECRET').inRole('planner', 'requester'),
  }));
  document = (await writer.client.importDocument(PACKAGE.text())).id;
  begun = await writer.client.submitCase(aRequest(await writer.client.document(document), house.clock.now()));
  await house.authority.accessRules({ version: KEPT.version, rules: KEPT });
  await house.admit();
});
afterAll(() => alliance.house.close());

const NOT_FOUND = { problem: { code: 'not-found' } };

describe('a document that the rules keep from somebody', () => {
  it('is read and explained to them as what is not there is', async () => {
    await expect(writer.client.document(document)).rejects.toMatchObject(NOT_FOUND);
    await expect(writer.client.explainDocument(document)).rejects.toMatchObject(NOT_FOUND);
  });

  it('takes no new version of theirs', async () => {
    await expect(writer.client.importVersion(document, PACKAGE.text())).rejects.toMatchObject(NOT_FOUND);
    expect((await alliance.requester.client.document(document)).version).toBe(1);
  });

  it('is no source of a case: neither its portions are named nor its words shown', async () => {
    const { house, requester } = alliance;
    const seen = aRequest(await requester.client.document(document), house.clock.now());
    await expect(writer.client.submitCase(seen)).rejects.toMatchObject(NOT_FOUND);
    const guessed = { ...seen, items: [{ portion: randomUUID(), treatment: 'include' as const }] };
    await expect(writer.client.submitCase(guessed)).rejects.toMatchObject(NOT_FOUND);
    const { title, summary, window, items } = seen;
    await expect(writer.client.amendCase(begun, { title, summary, window, items })).rejects.toMatchObject(NOT_FOUND);
  });

  it('is not previewed, and not frozen, from a case that they asked for before', async () => {
    const preview = await ask(alliance.house.url, `/api/cases/${begun}/preview`, { as: writer.sid });
    expect([preview.status, preview.body]).toEqual([422, expect.stringContaining('sources-at-hand')]);
    expect(preview.body).not.toContain('New capability targets');
    await expect(writer.client.freezeCase(begun)).rejects.toMatchObject({ problem: { code: 'refused' } });
  });

  it('is there for everybody else as before', async () => {
    const { house, requester } = alliance;
    const view = await requester.client.document(document);
    expect(await requester.client.submitCase(aRequest(view, house.clock.now()))).toEqual(expect.any(String));
  });
});
