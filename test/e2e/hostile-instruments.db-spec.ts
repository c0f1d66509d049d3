import { randomUUID } from 'node:crypto';
import { generateKey, signStatement } from '#signing';
import { verifyInstruments } from '#workflow';
import { type AllianceHouse, MINISTERS, openAllianceHouse } from '../support/alliance';
import { ISSUED, PUBLIC_RELEASE, VALID } from '../support/authority';
import type { House } from '../support/house';
import { RegistryDesk, type Stated, clearanceFor } from '../support/registry-desk';

/*
 * Statements that give an attacker something, handed in past the api's own checks. The registrar verifies them together with
 * all that stands, and refuses each for its own fault.
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

describe('a statement that gives an attacker something', () => {
  const ATTEMPTS: [string, () => Promise<Stated> | Stated, RegExp][] = [
    [
      'a key of their own, signed with it',
      async () => {
        const { privateJwk, publicJwk, kid } = await generateKey();
        const { person, identity } = alliance.official;
        return { kind: 'key', body: { person, identity, kid, jwk: publicJwk, ...VALID }, by: [privateJwk] };
      },
      /the key .* is not known/,
    ],
    [
      'a minister’s key, signed by themselves who have one',
      async () => {
        const { publicJwk, kid } = await generateKey();
        const { person, identity } = alliance.belgium;
        return { kind: 'key', body: { person, identity, kid, jwk: publicJwk, ...VALID }, by: [alliance.official.key] };
      },
      /the key .* is not known/,
    ],
    [
      'a seat, signed by one officer',
      () => ({
        kind: 'holder',
        body: { body: MINISTERS, seat: 'BEL', person: alliance.official.person, ...VALID },
        by: [desk.officer(0)],
      }),
      /^2 officers must sign a holder, 1 did$/,
    ],
    [
      'a seat, signed twice by one officer',
      () => ({
        kind: 'holder',
        body: { body: MINISTERS, seat: 'BEL', person: alliance.official.person, ...VALID },
        by: [desk.officer(0), desk.officer(0)],
      }),
      /^one key signed twice$/,
    ],
    [
      'a seat, signed by one officer and one minister',
      () => ({
        kind: 'holder',
        body: { body: MINISTERS, seat: 'BEL', person: alliance.official.person, ...VALID },
        by: [desk.officer(0), alliance.belgium.key],
      }),
      /the key .* is not known/,
    ],
    [
      'a delegation of a seat that they do not hold',
      () => ({
        kind: 'delegation',
        body: {
          body: MINISTERS,
          seat: 'BEL',
          fromPerson: alliance.official.person,
          toPerson: alliance.stranger.person,
          ...VALID,
        },
        by: [alliance.official.key],
      }),
      /^the one who delegates did not hold the seat$/,
    ],
    [
      'a delegation in the name of the minister',
      () => ({
        kind: 'delegation',
        body: {
          body: MINISTERS,
          seat: 'BEL',
          fromPerson: alliance.belgium.person,
          toPerson: alliance.official.person,
          ...VALID,
        },
        by: [alliance.official.key],
      }),
      /^it is not signed by a key of the one who delegates$/,
    ],
    [
      'a clearance, signed by a minister',
      () => ({ kind: 'clearance', body: clearanceFor(alliance.official.person), by: [alliance.belgium.key] }),
      /the key .* is not known/,
    ],
    [
      'a clearance, signed by one officer: one officer gives nothing',
      () => ({ kind: 'clearance', body: clearanceFor(alliance.official.person), by: [desk.officer(1)] }),
      /^2 officers must sign a clearance, 1 did$/,
    ],
    [
      'a procedure in which they suffice',
      () => ({
        kind: 'procedure',
        body: { procedure: { ...PUBLIC_RELEASE, version: 2, stages: PUBLIC_RELEASE.stages.slice(0, 1) } },
        by: [alliance.official.key],
      }),
      /the key .* is not known/,
    ],
    [
      'a role of their own',
      () => ({
        kind: 'person',
        body: {
          person: alliance.official.person,
          identity: alliance.official.identity,
          office: 'EXERCISE',
          nation: null,
          organisation: 'EXERCISE',
          roles: ['disclosure-reviewer'],
          communities: [],
        },
        by: [alliance.official.key],
      }),
      /the key .* is not known/,
    ],
    [
      'a second record of one human, although two officers were talked into it',
      () => ({
        kind: 'person',
        body: {
          person: randomUUID(),
          identity: ` ${alliance.belgium.identity.toUpperCase()} `,
          office: 'EXERCISE',
          nation: null,
          organisation: 'EXERCISE',
          roles: [],
          communities: [],
        },
        by: [desk.officer(0), desk.officer(1)],
        issuedAt: '2026-02-01T00:00:00Z',
      }),
      /^this human is known as another person$/,
    ],
    [
      'an older record of that human, which would be the first',
      () => ({
        kind: 'person',
        body: {
          person: randomUUID(),
          identity: alliance.belgium.identity,
          office: 'EXERCISE',
          nation: null,
          organisation: 'EXERCISE',
          roles: [],
          communities: [],
        },
        by: [desk.officer(0), desk.officer(1)],
        issuedAt: '2025-01-01T00:00:00Z',
      }),
      /^it contradicts what stands already$/,
    ],
    [
      'something that comes into being later',
      () => ({
        kind: 'holder',
        body: { body: MINISTERS, seat: 'BEL', person: alliance.official.person, ...VALID },
        by: [desk.officer(0), desk.officer(1)],
        issuedAt: '2099-01-01T00:00:00Z',
      }),
      /^it is dated in the future$/,
    ],
  ];

  it.each(ATTEMPTS)('%s: refused, and nothing changes', async (_what, attempt, fault) => {
    const before = await desk.standing();
    const id = randomUUID();
    await desk.handIn(await desk.state(id, await attempt()), alliance.official, id);
    const { state: became, fault: why } = await desk.settled(id);
    expect(became).toBe('refused');
    expect(why).toMatch(fault);
    expect(await desk.standing()).toEqual(before);
  });

  it('the officers’ signatures under another statement: they do not fit', async () => {
    const id = randomUUID();
    const genuine = await desk.state(id, {
      kind: 'clearance',
      body: clearanceFor(alliance.stranger.person),
      by: [desk.officer(0), desk.officer(1)],
    });
    const wanted = await desk.state(id, {
      kind: 'clearance',
      body: clearanceFor(alliance.official.person),
      by: [alliance.official.key],
    });
    await desk.handIn({ payload: wanted.payload, signatures: genuine.signatures }, alliance.official, id);
    expect((await desk.settled(id)).fault).toMatch(/^the signature of the key .* does not fit the statement$/);
  });

  it('a decision in place of an instrument: its header names another type', async () => {
    const id = randomUUID();
    const payload = {
      installation: house.authority.installation,
      id,
      kind: 'clearance',
      issuedAt: ISSUED,
      body: clearanceFor(alliance.official.person),
    };
    await desk.handIn(await signStatement('decision', payload, desk.officer(0)), alliance.official, id);
    expect((await desk.settled(id)).fault).toBe('a header names another type than instrument');
  });

  it('an instrument of another installation', async () => {
    const id = randomUUID();
    const payload = {
      installation: 'elsewhere',
      id,
      kind: 'clearance',
      issuedAt: ISSUED,
      body: clearanceFor(alliance.official.person),
    };
    await desk.handIn(await signStatement('instrument', payload, desk.officer(0)), alliance.official, id);
    expect((await desk.settled(id)).fault).toBe('it is for the installation elsewhere');
  });

  it('a genuine instrument under another id, and one that stands already', async () => {
    const genuine = house.authority.statements.at(-1)!;
    const other = await desk.handIn(genuine, alliance.official);
    expect((await desk.settled(other)).fault).toBe('it was handed in under another id');
    const { id } = JSON.parse(Buffer.from(genuine.payload, 'base64url').toString()) as { id: string };
    await desk.handIn(genuine, alliance.official, id);
    expect((await desk.settled(id)).fault).toBe('an instrument of this id stands already');
  });
});

describe('what one officer may do alone', () => {
  it('revokes a body for compromise: its seats are void, and no other instrument falls with it', async () => {
    const board = await house.authority.body('board', ['one', 'two']);
    const seated = await house.authority.procedure({
      ...PUBLIC_RELEASE,
      id: 'board-release',
      stages: [
        PUBLIC_RELEASE.stages[0],
        { id: 'board', body: 'board', rule: 'all', judges: 'outgoing part', public: true },
      ],
    });
    for (const statement of [board, seated]) await alliance.official.client.submitInstrument(statement);
    await house.settle();
    const { id: boardId } = JSON.parse(Buffer.from(board.payload, 'base64url').toString()) as { id: string };
    const revocation = await house.authority.revocation({ instrument: boardId, reason: 'compromise' });
    const id = await alliance.official.client.submitInstrument(revocation);
    expect((await desk.settled(id)).state).toBe('accepted');
    const { authority, refused } = await verifyInstruments(house.authority.statements, house.authority.officers);
    expect(refused).toEqual([]);
    expect(authority.body('board', new Date().toISOString())).toBeUndefined();
  });

  it('takes a clearance away, at once, and gives none back', async () => {
    const [clearance] = alliance.norway.clearanceIds;
    const id = randomUUID();
    const body = { clearance: clearance!, reason: 'EXERCISE', from: ISSUED };
    await alliance.official.client.submitInstrument(
      await desk.state(id, { kind: 'clearance-withdrawal', body, by: [desk.officer(2)] }),
    );
    expect((await desk.settled(id)).state).toBe('accepted');
    expect((await alliance.norway.client.me()).clearances).toEqual([]);
  });
});
