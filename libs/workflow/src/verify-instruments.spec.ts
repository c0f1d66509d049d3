import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { type SignedStatement, generateKey, thumbprint } from '#signing';
import {
  type Enrolled,
  ISSUED,
  PUBLIC_RELEASE,
  type TestAuthority,
  VALID,
  anAlliance,
  anAuthority,
} from '../../../test/support/authority';
import { ORIGINATORS, officersSchema, verifyInstruments } from './index';

const AT = '2026-06-01T09:00:00Z';
const MINISTERS = 'defence-ministers';

const faultsOf = async (authority: TestAuthority): Promise<string[]> =>
  (await verifyInstruments(authority.statements, authority.officers)).refused.map((each) => each.fault);

const idOf = (statement: SignedStatement): string =>
  (JSON.parse(Buffer.from(statement.payload, 'base64url').toString('utf8')) as { id: string }).id;

/** An authority with a body of two seats, its holder of BEL, and one person more. */
async function aBody(): Promise<{ authority: TestAuthority; holder: Enrolled; other: Enrolled }> {
  const authority = await anAuthority();
  await authority.body(MINISTERS, ['BEL', 'DEU']);
  return { authority, holder: await authority.seated(MINISTERS, 'BEL'), other: await authority.enrol('other') };
}

describe('instruments chain to two officers', () => {
  it('accepts a whole alliance and answers as of a moment', async () => {
    const { authority: made, ministers, reviewers } = await anAlliance();
    const { authority, refused } = await verifyInstruments(made.statements, made.officers);
    expect(refused).toEqual([]);
    expect(authority.holderOf(MINISTERS, 'DEU', AT)?.body.person).toBe(ministers[1]?.holder.person);
    expect(authority.holderOf(MINISTERS, 'DEU', '2126-01-01T00:00:00Z')).toBeUndefined();
    expect(authority.holderOf(MINISTERS, 'DEU', '2025-12-31T23:59:59Z')).toBeUndefined();
    expect(authority.holderOf(MINISTERS, 'DEU', 'at some time')).toBeUndefined();
    expect(authority.key(reviewers[0].kid, AT)?.body.person).toBe(reviewers[0].person);
    expect(authority.procedure('public-release', 1, AT)).toEqual(PUBLIC_RELEASE);
    expect(authority.procedure('public-release', 2, AT)).toBeUndefined();
    expect(authority.body(ORIGINATORS, AT)?.body.seats).toHaveLength(1);
  });

  it('refuses what one officer signed, also with two keys of theirs', async () => {
    const authority = await anAuthority();
    const [one] = authority.officerKeys;
    const second = { officer: one!.officer.toUpperCase(), key: (await generateKey()).privateJwk };
    const twoKeys = {
      ...authority.officers,
      officers: [
        ...authority.officers.officers,
        { officer: second.officer, kid: thumbprint(second.key), jwk: (await generateKey()).publicJwk },
      ],
    };
    twoKeys.officers[twoKeys.officers.length - 1]!.jwk = { kty: second.key.kty, crv: second.key.crv, x: second.key.x };
    await authority.person({ person: randomUUID(), identity: 'a' }, { by: [one!.key] });
    await authority.person({ person: randomUUID(), identity: 'b' }, { by: [one!.key, second.key] });
    await authority.person({ person: randomUUID(), identity: 'c' }, { by: [one!.key, one!.key] });
    const { authority: verified, refused } = await verifyInstruments(authority.statements, twoKeys);
    expect(verified.all()).toEqual([]);
    expect(refused.map((each) => each.fault)).toEqual([
      '2 officers must sign a person, 1 did',
      '2 officers must sign a person, 1 did',
      'one key signed twice',
    ]);
  });

  it.each(['person', 'key', 'service-key', 'body', 'holder', 'clearance', 'procedure'] as const)(
    'refuses a %s of one officer',
    async (kind) => {
      const { authority, other } = await aBody();
      const before = authority.statements.length;
      const by = [authority.officerKeys[0]!.key];
      const fresh = (await generateKey()).privateJwk;
      const make = {
        person: () => authority.person({ person: randomUUID(), identity: 'forged' }, { by }),
        key: () => authority.key({ person: other.person, identity: other.identity, jwk: fresh }, { by }),
        'service-key': () => authority.serviceKey(fresh, { by }),
        body: () => authority.body('forged', ['X'], { by }),
        holder: () => authority.holder({ body: MINISTERS, seat: 'DEU', person: other.person }, { by }),
        clearance: () => authority.clearance({ person: other.person, classifications: ['TOP SECRET'] }, { by }),
        procedure: () => authority.procedure(PUBLIC_RELEASE, { by }),
      };
      await make[kind]();
      const { authority: verified, refused } = await verifyInstruments(authority.statements, authority.officers);
      expect(refused.map((each) => each.fault)).toEqual([`2 officers must sign a ${kind}, 1 did`]);
      expect(verified.all()).toHaveLength(before);
    },
  );

  it('takes a clearance that says why it is given and on whose authority, and one that does not', async () => {
    const { authority, other } = await aBody();
    const body = { person: other.person, classifications: ['TOP SECRET'] };
    await authority.clearance(body);
    await authority.clearance({ ...body, reason: 'EXERCISE assignment', authority: 'EXERCISE certificate 2026-14' });
    expect(await faultsOf(authority)).toEqual([]);
    await authority.clearance({ ...body, reason: '' });
    await authority.state('clearance', { ...body, why: 'EXERCISE' });
    expect(await faultsOf(authority)).toEqual([
      expect.stringContaining('body.reason'),
      expect.stringContaining('it is no instrument'),
    ]);
  });

  it('refuses a holder that the api made: signed by keys that are no officers', async () => {
    const { authority, other } = await aBody();
    const by = [(await generateKey()).privateJwk, (await generateKey()).privateJwk];
    await authority.holder({ body: MINISTERS, seat: 'DEU', person: other.person }, { by });
    await authority.holder({ body: MINISTERS, seat: 'DEU', person: other.person }, { by: [other.key] });
    expect(await faultsOf(authority)).toEqual([
      expect.stringContaining('is not known'),
      expect.stringContaining('is not known'),
    ]);
  });

  it('refuses a statement for another installation', async () => {
    const authority = await anAuthority();
    const { refused } = await verifyInstruments(authority.statements, authority.officers);
    expect(refused).toEqual([]);
    await authority.person({ person: randomUUID(), identity: 'a' });
    const elsewhere = { ...authority.officers, installation: 'elsewhere' };
    expect((await verifyInstruments(authority.statements, elsewhere)).refused.map((each) => each.fault)).toEqual([
      'it is for the installation exercise',
    ]);
  });

  it('asks two distinct officers of the trust anchor itself', async () => {
    const { officers } = await anAuthority();
    const [one, two] = officers.officers;
    expect(officersSchema.safeParse(officers).success).toBe(true);
    expect(officersSchema.safeParse({ ...officers, officers: [one] }).success).toBe(false);
    expect(officersSchema.safeParse({ ...officers, officers: [one, { ...two!, officer: one!.officer }] }).success).toBe(
      false,
    );
    expect(officersSchema.safeParse({ ...officers, officers: [one, { ...two!, kid: one!.kid }] }).success).toBe(false);
  });
});

describe('instruments do not contradict each other', () => {
  it('distinct_humans: refuses a second person for one human, in whatever spelling', async () => {
    const authority = await anAuthority();
    const person = randomUUID();
    await authority.person({ person, identity: 'human-1' });
    await authority.person({ person: randomUUID(), identity: 'human-1' }, { issuedAt: '2026-02-01T00:00:00Z' });
    await authority.person({ person: randomUUID(), identity: ' Human-1' }, { issuedAt: '2026-02-02T00:00:00Z' });
    await authority.person({ person, identity: 'human-2' }, { issuedAt: '2026-02-03T00:00:00Z' });
    await authority.person({ person, identity: 'human-1', roles: ['planner'] }, { issuedAt: '2026-02-04T00:00:00Z' });
    const { authority: verified, refused } = await verifyInstruments(authority.statements, authority.officers);
    expect(refused.map((each) => each.fault)).toEqual([
      'this human is known as another person',
      'this human is known as another person',
      'the person is known under another identity',
    ]);
    expect(verified.person(person, AT)?.body.roles).toEqual(['planner']);
    expect(verified.person(person, '2026-01-15T00:00:00Z')?.body.roles).toEqual([]);
  });

  it('refuses a key that fits no person, is misnamed, or is somebody else’s', async () => {
    const { authority, holder, other } = await aBody();
    const fresh = (await generateKey()).privateJwk;
    const later = { issuedAt: '2026-02-01T00:00:00Z' };
    await authority.key({ person: randomUUID(), identity: 'nobody', jwk: fresh }, later);
    await authority.key({ person: other.person, identity: holder.identity, jwk: fresh }, later);
    await authority.key({ person: other.person, identity: other.identity, jwk: fresh, kid: holder.kid }, later);
    await authority.key({ person: other.person, identity: other.identity, jwk: holder.key }, later);
    await authority.key({ person: other.person, identity: other.identity, jwk: authority.officerKeys[0]!.key }, later);
    await authority.key({ person: other.person, identity: other.identity, jwk: { ...fresh, crv: 'P-384' } }, later);
    await authority.serviceKey(holder.key, later);
    await authority.key(
      { person: other.person, identity: other.identity, jwk: fresh, from: VALID.until, until: VALID.from },
      later,
    );
    expect((await faultsOf(authority)).sort()).toEqual([
      'it ends before it begins',
      'the key belongs to somebody else',
      'the key belongs to somebody else',
      'the key belongs to somebody else',
      'the key is for a person who is not known under that identity',
      'the key is for a person who is not known under that identity',
      'the key is neither Ed25519 nor P-256',
      'the kid is not the thumbprint of the key',
    ]);
  });

  it('refuses holders of what is not there, spans that end before they begin, seats that are twice there', async () => {
    const { authority, other } = await aBody();
    const { person } = other;
    await authority.holder({ body: 'no-body', seat: 'BEL', person });
    await authority.holder({ body: MINISTERS, seat: 'FRA', person });
    await authority.holder({ body: MINISTERS, seat: 'DEU', person: randomUUID() });
    await authority.holder({ body: MINISTERS, seat: 'DEU', person, from: VALID.from, until: VALID.from });
    await authority.body('twice', ['A', 'A']);
    await authority.clearance({ person: randomUUID(), classifications: ['SECRET'] });
    expect((await faultsOf(authority)).sort()).toEqual([
      'it ends before it begins',
      'the body defence-ministers has no seat FRA',
      'the body no-body has no seat BEL',
      'the holder is not a known person',
      'the person is not known',
      'two seats have one name',
    ]);
  });

  it('refuses another content under a known id, and takes the same statement twice as one', async () => {
    const authority = await anAuthority();
    const id = randomUUID();
    const first = await authority.person({ person: randomUUID(), identity: 'a' }, { id });
    authority.statements.push(first);
    await authority.person({ person: randomUUID(), identity: 'b' }, { id, issuedAt: '2026-02-01T00:00:00Z' });
    const { authority: verified, refused } = await verifyInstruments(authority.statements, authority.officers);
    expect(verified.all()).toHaveLength(1);
    expect(refused).toEqual([{ id, fault: 'another instrument has this id' }]);
  });

  it('fail_closed: refuses a procedure with a zero quorum, with silence, without its constraints', async () => {
    const { authority } = await anAlliance();
    const [consent, disclosure, adoption] = PUBLIC_RELEASE.stages;
    const later = { issuedAt: '2026-02-01T00:00:00Z' };
    await authority.procedure(
      { ...PUBLIC_RELEASE, version: 2, stages: [consent, { ...disclosure, rule: { atLeast: 0 } }, adoption] },
      later,
    );
    await authority.procedure(
      { ...PUBLIC_RELEASE, version: 3, stages: [consent, { ...adoption, or: { silence: { closedBy: 'chair' } } }] },
      later,
    );
    await authority.procedure({ ...PUBLIC_RELEASE, version: 4, constraints: [] }, later);
    await authority.procedure({ ...PUBLIC_RELEASE, stages: [consent, adoption] }, later);
    const faults = await faultsOf(authority);
    expect(faults).toHaveLength(4);
    expect(faults).toEqual(
      expect.arrayContaining([
        expect.stringContaining('silence in adoption'),
        expect.stringContaining('no-zero-quorum: needs at least 1, has 0'),
        expect.stringContaining('not-self-satisfiable'),
        expect.stringContaining('a change is a new version'),
      ]),
    );
  });
});

describe('delegations', () => {
  it('come from the holder, by a key of theirs', async () => {
    const { authority, holder, other } = await aBody();
    const delegation = await authority.delegation(holder, { body: MINISTERS, seat: 'BEL', toPerson: other.person });
    const { authority: verified, refused } = await verifyInstruments(authority.statements, authority.officers);
    expect(refused).toEqual([]);
    expect(verified.delegationsOf(MINISTERS, 'BEL', AT).map((each) => each.id)).toEqual([idOf(delegation)]);
  });

  it('are refused from anybody else: a delegate, a stranger, officers, the holder of another seat, to oneself', async () => {
    const { authority, holder, other } = await aBody();
    const third = await authority.enrol('third');
    await authority.delegation(holder, { body: MINISTERS, seat: 'BEL', toPerson: other.person });
    await authority.delegation(other, { body: MINISTERS, seat: 'BEL', toPerson: third.person });
    await authority.delegation({ ...holder, key: third.key }, { body: MINISTERS, seat: 'BEL', toPerson: third.person });
    await authority.delegation(holder, { body: MINISTERS, seat: 'DEU', toPerson: third.person });
    await authority.delegation(holder, { body: MINISTERS, seat: 'BEL', toPerson: holder.person });
    await authority.delegation(holder, { body: MINISTERS, seat: 'BEL', toPerson: randomUUID() });
    await authority.delegation(
      holder,
      { body: MINISTERS, seat: 'BEL', toPerson: third.person },
      { issuedAt: '2127-01-01T00:00:00Z' },
    );
    await authority.delegation(
      holder,
      { body: MINISTERS, seat: 'BEL', toPerson: third.person },
      { by: [holder.key, third.key] },
    );
    await authority.delegation(
      holder,
      { body: MINISTERS, seat: 'BEL', toPerson: third.person },
      { by: authority.officerKeys.slice(0, 2).map((each) => each.key) },
    );
    expect((await faultsOf(authority)).sort()).toEqual([
      'it is not signed by a key of the one who delegates',
      'it is not signed by a key of the one who delegates',
      'nobody delegates to themselves',
      'one key signs a delegation',
      'the delegate is not a known person',
      expect.stringContaining('is not known'),
      'the one who delegates did not hold the seat',
      'the one who delegates did not hold the seat',
    ]);
  });

  it('end with the holder who gave them', async () => {
    const { authority, holder, other } = await aBody();
    await authority.delegation(holder, { body: MINISTERS, seat: 'BEL', toPerson: other.person });
    await authority.holder(
      { body: MINISTERS, seat: 'BEL', person: (await authority.enrol('successor')).person },
      { issuedAt: '2026-05-01T00:00:00Z' },
    );
    const { authority: verified } = await verifyInstruments(authority.statements, authority.officers);
    expect(verified.delegationsOf(MINISTERS, 'BEL', '2026-04-30T00:00:00Z')).toHaveLength(1);
    expect(verified.delegationsOf(MINISTERS, 'BEL', AT)).toEqual([]);
  });
});

describe('revocations', () => {
  it('take effect from their date, with one officer; compromise at every time', async () => {
    for (const reason of ['superseded', 'error', 'compromise'] as const) {
      const { authority, other } = await aBody();
      const held = await authority.holder({ body: MINISTERS, seat: 'DEU', person: other.person });
      await authority.revocation(
        { instrument: idOf(held), reason, from: '2026-03-01T00:00:00Z' },
        { issuedAt: '2026-03-01T00:00:00Z' },
      );
      const { authority: verified, refused } = await verifyInstruments(authority.statements, authority.officers);
      expect(refused).toEqual([]);
      expect(verified.holderOf(MINISTERS, 'DEU', AT)).toBeUndefined();
      expect(verified.holderOf(MINISTERS, 'DEU', '2026-02-01T00:00:00Z') === undefined).toBe(reason === 'compromise');
    }
  });

  it('of a compromised key void the delegation that it signed, and burn the key', async () => {
    const { authority, holder, other } = await aBody();
    await authority.delegation(holder, { body: MINISTERS, seat: 'BEL', toPerson: other.person });
    const { authority: before } = await verifyInstruments(authority.statements, authority.officers);
    const key = before.key(holder.kid, AT);
    await authority.revocation({ instrument: key!.id, reason: 'compromise' });
    await authority.key(
      { person: holder.person, identity: holder.identity, jwk: holder.key },
      { issuedAt: '2026-04-01T00:00:00Z' },
    );
    const { authority: verified, refused } = await verifyInstruments(authority.statements, authority.officers);
    expect(refused).toEqual([]);
    expect(verified.key(holder.kid, AT)).toBeUndefined();
    expect(verified.delegationsOf(MINISTERS, 'BEL', AT)).toEqual([]);
  });

  it('of a forged person free the human for a true record, and void the key of the forged one', async () => {
    const authority = await anAuthority();
    const forged = await authority.enrol('human-1');
    const { authority: before } = await verifyInstruments(authority.statements, authority.officers);
    await authority.revocation({ instrument: before.person(forged.person, AT)!.id, reason: 'compromise' });
    const person = randomUUID();
    await authority.person({ person, identity: 'human-1' }, { issuedAt: '2026-02-01T00:00:00Z' });
    const { authority: verified, refused } = await verifyInstruments(authority.statements, authority.officers);
    expect(refused).toEqual([]);
    expect(verified.person(person, AT)).toBeDefined();
    expect(verified.key(forged.kid, AT)).toBeUndefined();
  });

  it('need an officer', async () => {
    const { authority, holder } = await aBody();
    await authority.revocation({ instrument: randomUUID(), reason: 'compromise' }, { by: [holder.key] });
    expect(await faultsOf(authority)).toEqual([expect.stringContaining('is not known')]);
  });
});

describe('hostile statements', () => {
  it('the order in which they are given decides nothing', async () => {
    const { authority, ministers } = await anAlliance();
    const [minister] = ministers;
    const id = randomUUID();
    await authority.delegation(
      minister!.holder,
      { body: MINISTERS, seat: minister!.seat, toPerson: ministers[1]!.holder.person },
      { id },
    );
    await authority.delegation(
      minister!.holder,
      { body: MINISTERS, seat: minister!.seat, toPerson: (await authority.enrol('spare')).person },
      { id },
    );
    await authority.person({ person: randomUUID(), identity: 'requester' }, { issuedAt: '2026-02-01T00:00:00Z' });
    await authority.body('same-id', ['A'], { id: minister!.holder.person });
    await authority.body('same-id', ['B'], { id: minister!.holder.person });
    const verdict = async (statements: readonly SignedStatement[]): Promise<unknown> => {
      const { authority: verified, refused } = await verifyInstruments(statements, authority.officers);
      return { all: verified.all(), refused: refused.map((each) => `${each.id} ${each.fault}`).sort() };
    };
    const expected = await verdict(authority.statements);
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(authority.statements, { minLength: authority.statements.length }),
        async (shuffled) => {
          expect(await verdict(shuffled)).toEqual(expected);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('never throws, whatever it is given', async () => {
    const authority = await anAuthority();
    const rubbish = fc.oneof(
      fc.anything(),
      fc.record({ payload: fc.string(), signatures: fc.anything() }),
      fc.json().map((text) => ({ payload: Buffer.from(text).toString('base64url'), signatures: [] })),
    );
    await fc.assert(
      fc.asyncProperty(rubbish, async (statement) => {
        const { authority: verified, refused } = await verifyInstruments(
          [statement as SignedStatement],
          authority.officers,
        );
        expect(verified.all()).toEqual([]);
        expect(refused).toHaveLength(1);
      }),
      { numRuns: 200 },
    );
  });

  it('nothing counts before it was issued', async () => {
    const authority = await anAuthority();
    const { privateJwk, kid } = await generateKey();
    const person = randomUUID();
    await authority.person({ person, identity: 'a' });
    await authority.key({ person, identity: 'a', jwk: privateJwk, from: ISSUED }, { issuedAt: '2026-05-01T00:00:00Z' });
    const { authority: verified } = await verifyInstruments(authority.statements, authority.officers);
    expect(verified.key(kid, '2026-04-30T00:00:00Z')).toBeUndefined();
    expect(verified.key(kid, AT)).toBeDefined();
  });
});
