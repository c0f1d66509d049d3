import { randomUUID } from 'node:crypto';
import { generateKey } from '#signing';
import { type AllianceHouse, openAllianceHouse } from '../support/alliance';
import { ISSUED } from '../support/authority';
import type { House } from '../support/house';
import { RegistryDesk, clearanceFor } from '../support/registry-desk';

/*
 * Statements that are none, or that speak for others: over HTTP as anybody may hand them in, or as rows that a captured api
 * writes. Each is refused by itself and holds no honest one up.
 */
let alliance: AllianceHouse;
let house: House;
let desk: RegistryDesk;

beforeAll(async () => {
  alliance = await openAllianceHouse();
  ({ house } = alliance);
  desk = await RegistryDesk.open(house);
});

afterAll(async () => {
  await desk.close();
  await house.close();
});

describe('a statement that is none', () => {
  const header = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const payload = (): string =>
    Buffer.from(
      JSON.stringify({
        body: { clearance: randomUUID(), from: ISSUED, reason: 'EXERCISE' },
        id: ID,
        installation: house.authority.installation,
        issuedAt: ISSUED,
        kind: 'clearance-withdrawal',
      }),
    ).toString('base64url');
  const ID = randomUUID();
  const kid = 'x'.repeat(43);
  const signed = (protectedHeader: object, more: object = {}) => ({
    payload: payload(),
    signatures: [{ protected: header(protectedHeader), signature: 'AA', ...more }],
  });

  it.each<[string, () => unknown]>([
    ['null', () => null],
    ['a number', () => 7],
    ['a text', () => 'statement'],
    ['a list', () => []],
    ['nothing in it', () => ({})],
    ['a payload that is no text', () => ({ payload: 1, signatures: [] })],
    ['signatures that are no list', () => ({ payload: payload(), signatures: 'all of them' })],
    ['a signature that is nothing', () => ({ payload: payload(), signatures: [null] })],
    ['no signature', () => ({ payload: payload(), signatures: [] })],
    [
      'too many signatures',
      () => ({ payload: payload(), signatures: Array(17).fill({ protected: 'e30', signature: 'AA' }) }),
    ],
    ['no algorithm', () => signed({ alg: 'none', kid, typ: 'imprimatur-instrument+jws' })],
    ['a key of its own in the header', () => signed({ alg: 'EdDSA', jwk: {}, kid, typ: 'imprimatur-instrument+jws' })],
    [
      'a member that nobody signed',
      () => signed({ alg: 'EdDSA', kid, typ: 'imprimatur-instrument+jws' }, { header: { x: 1 } }),
    ],
    [
      'a key name that cannot be stored',
      () => signed({ alg: 'EdDSA', kid: '\u0000\ud800', typ: 'imprimatur-instrument+jws' }),
    ],
    ['a header that cannot be stored', () => signed({ '\u0000': 1 })],
    ['a prototype', () => JSON.parse('{"__proto__": {"payload": "e30"}, "constructor": 1}') as unknown],
    ['a payload of nothing', () => ({ payload: Buffer.from('null').toString('base64url'), signatures: [] })],
    [
      'a payload that is too deep',
      () => ({ payload: Buffer.from('['.repeat(5_000) + ']'.repeat(5_000)).toString('base64url'), signatures: [] }),
    ],
  ])('%s: refused, and the honest one beside it is accepted', async (_what, hostile) => {
    const honest = await house.authority.person({ person: randomUUID(), identity: `visitor ${randomUUID()}` });
    const honestId = await alliance.official.client.submitInstrument(honest);
    const id = await desk.handIn(hostile(), alliance.official);
    expect((await desk.settled(id)).state).toBe('refused');
    expect((await desk.settled(honestId)).state).toBe('accepted');
  });

  it('over HTTP: what quotes something that cannot be stored is refused by the registrar and stops nobody', async () => {
    const { privateJwk } = await generateKey();
    const id = randomUUID();
    const statement = await desk.state(id, {
      kind: 'clearance',
      body: clearanceFor(alliance.official.person),
      by: [privateJwk],
    });
    const [signature] = statement.signatures;
    const hostile = {
      ...signature!,
      protected: header({ alg: 'EdDSA', kid: '\u0000', typ: 'imprimatur-instrument+jws' }),
    };
    await alliance.stranger.client.submitInstrument({ ...statement, signatures: [hostile] });
    const honest = await house.authority.person({ person: randomUUID(), identity: `visitor ${randomUUID()}` });
    const honestId = await alliance.official.client.submitInstrument(honest);
    expect((await desk.settled(id)).state).toBe('refused');
    expect(await alliance.official.client.instrumentState(honestId)).toMatchObject({ state: 'accepted', fault: null });
  });
});

describe('a statement that speaks for an honest one', () => {
  it('claims its id: the honest one is judged by itself', async () => {
    const honest = await house.authority.person({ person: randomUUID(), identity: `visitor ${randomUUID()}` });
    const { id } = JSON.parse(Buffer.from(honest.payload, 'base64url').toString()) as { id: string };
    const { privateJwk } = await generateKey();
    const hostile = await desk.handIn(
      await desk.state(id, { kind: 'clearance', body: clearanceFor(alliance.official.person), by: [privateJwk] }),
      alliance.official,
    );
    await alliance.official.client.submitInstrument(honest);
    expect((await desk.settled(id)).state).toBe('accepted');
    expect((await desk.settled(hostile)).fault).toBe('it was handed in under another id');
  });
});

describe('a statement that the database does not take', () => {
  it('is refused by itself, and the honest one beside it is accepted', async () => {
    const identity = `visitor ${randomUUID()}`;
    const first = await house.authority.person({ person: randomUUID(), identity });
    const firstId = await alliance.official.client.submitInstrument(first);
    expect((await desk.settled(firstId)).state).toBe('accepted');
    // Void, so that another record of this human stands; but the row of the first keeps the name.
    await alliance.official.client.submitInstrument(
      await house.authority.revocation({ instrument: firstId, reason: 'compromise' }),
    );
    const later = { issuedAt: '2026-02-01T00:00:00Z' };
    const again = await house.authority.person({ person: randomUUID(), identity }, later);
    const againId = await alliance.official.client.submitInstrument(again);
    house.authority.statements.pop();
    const honest = await house.authority.person({ person: randomUUID(), identity: `visitor ${randomUUID()}` });
    const honestId = await alliance.official.client.submitInstrument(honest);
    expect(await desk.settled(againId)).toEqual({ state: 'refused', fault: 'the database does not take it (23505)' });
    expect((await desk.settled(honestId)).state).toBe('accepted');
  });
});
