import { canonicalJson, generateKey, payloadOf, thumbprint } from '#signing';
import { type Instrument, ORIGINATORS } from '#workflow';
import {
  type Enrolled,
  type TestAlliance,
  anAlliance,
  decide,
  everyApproval,
  idOf,
} from '../../../test/support/authority';
import { type TestPublication, guardOf, publish, saltOf } from '../../../test/support/publication';
import {
  type Publication,
  composeCertificate,
  decisionsCommitment,
  partsForPublic,
  publicationOf,
  verifyCertificate,
} from './index';

const MINISTERS = 'defence-ministers';

/** An alliance in which everybody is cleared, the Belgian minister delegates, and much is taken back. EXERCISE. */
interface World {
  readonly alliance: TestAlliance;
  readonly deputy: Enrolled;
  readonly bystander: Enrolled;
  readonly published: TestPublication;
}

let world: World;

beforeAll(async () => {
  const alliance = await anAlliance();
  const { authority, ministers } = alliance;
  const [belgium, germany] = ministers;
  const deputy = await authority.enrol('deputy');
  const bystander = await authority.enrol('bystander');
  const given = await authority.delegation(belgium!.holder, { body: MINISTERS, seat: 'BEL', toPerson: deputy.person });
  await authority.delegation(germany!.holder, { body: MINISTERS, seat: 'DEU', toPerson: bystander.person });
  for (const who of [alliance.requester, ...alliance.reviewers, belgium!.holder, germany!.holder, deputy])
    await authority.clearance({ person: who.person, classifications: ['SECRET'] });
  await authority.holder({
    body: MINISTERS,
    seat: 'BEL',
    person: bystander.person,
    from: '2020-01-01T00:00:00Z',
    until: '2021-01-01T00:00:00Z',
  });
  const spare = await authority.key({
    person: deputy.person,
    identity: deputy.identity,
    jwk: (await generateKey()).privateJwk,
  });
  await authority.revocation({ instrument: idOf(spare), reason: 'superseded' });
  await authority.revocation({ instrument: idOf(given), reason: 'superseded', from: '2026-06-04T00:00:00Z' });
  const decisions = [
    ...(await everyApproval(alliance)).filter((each) => (payloadOf(each) as { seat: string }).seat !== 'BEL'),
    await decide(deputy, alliance.proposal, {
      stage: 'adoption',
      body: MINISTERS,
      seat: 'BEL',
      capacity: { kind: 'delegate', delegation: idOf(given) },
    }),
  ];
  const guard = await guardOf(alliance);
  const evidence = { ...alliance.proposal, decisions, instruments: authority.statements };
  world = { alliance, deputy, bystander, published: await publish(alliance, { guard, evidence }) };
});

const carried = (): Instrument[] =>
  world.published.certificate.instruments.map((each) => payloadOf(each) as Instrument);

describe('what a certificate carries', () => {
  it('verifies', async () => {
    const findings = await verifyCertificate(world.published.certificate, world.published.trust);
    expect(findings.filter((finding) => !finding.ok)).toEqual([]);
  });

  it('are the decisions of the public stages alone', () => {
    const stages = world.published.certificate.decisions.map((each) => (payloadOf(each) as { stage: string }).stage);
    expect(stages).toEqual(['adoption', 'adoption']);
  });

  it('are the instruments that these need, and what revokes any of them', () => {
    const said = carried().map((instrument) => {
      switch (instrument.kind) {
        case 'person':
        case 'key':
          return `${instrument.kind} ${instrument.body.identity}`;
        case 'holder':
        case 'delegation':
          return `${instrument.kind} ${instrument.body.seat}`;
        case 'revocation':
          return `revocation of the ${carried().find((each) => each.id === instrument.body.instrument)?.kind ?? 'unknown'}`;
        default:
          return instrument.kind;
      }
    });
    expect(said.sort()).toEqual(
      [
        'body',
        'delegation BEL',
        'holder BEL',
        'holder DEU',
        'key defence-ministers.BEL',
        'key defence-ministers.DEU',
        'key deputy',
        'person defence-ministers.BEL',
        'person defence-ministers.DEU',
        'person deputy',
        'procedure',
        'revocation of the delegation',
        'service-key',
      ].sort(),
    );
  });

  it('never is a clearance, nor anybody of a stage that is not public', () => {
    const { alliance, bystander } = world;
    expect(carried().filter((instrument) => instrument.kind.startsWith('clearance'))).toEqual([]);
    const text = canonicalJson(world.published.certificate);
    const opened = canonicalJson([
      ...world.published.certificate.decisions.map(payloadOf),
      ...carried(),
      payloadOf(world.published.certificate.publication),
    ]);
    const hidden = [alliance.originator, ...alliance.reviewers, bystander];
    for (const { person, identity, kid, office } of hidden) {
      for (const word of [person, identity, kid, office])
        expect([word, text.includes(word), opened.includes(word)]).toEqual([word, false, false]);
    }
    for (const word of ['clearance', 'SECRET', ORIGINATORS])
      expect([word, opened.includes(`"${word}"`)]).toEqual([word, false]);
    // The requester stands in the outgoing part, and there alone.
    expect(opened).not.toContain(alliance.requester.person);
    expect(opened).not.toContain(alliance.requester.kid);
  });

  it('carries each instrument once, though the evidence holds it twice', async () => {
    const { alliance, published } = world;
    const twice = {
      ...published.evidence,
      instruments: [...published.evidence.instruments, ...published.evidence.instruments],
    };
    const guardKid = kidOfGuard();
    const parts = await partsForPublic(twice, published.authority, guardKid);
    expect(parts.instruments).toEqual(published.certificate.instruments);
    expect(await partsForPublic(twice, published.authority, 'another')).not.toEqual(parts);
    expect(alliance.authority.statements.length).toBeGreaterThan(parts.instruments.length);
  });
});

const kidOfGuard = (): string => {
  const key = carried().find((instrument) => instrument.kind === 'service-key');
  if (key?.kind !== 'service-key') throw new Error('the certificate carries no key of the guard');
  return key.body.kid;
};

describe('what the guard signs', () => {
  const said = (): Publication => payloadOf(world.published.certificate.publication) as Publication;

  it('names each stage in order; of those that are not public a commitment that only its salt opens', () => {
    const { decisions } = world.published.evidence;
    const ofStage = (stage: string) =>
      decisions.filter((each) => (payloadOf(each) as { stage: string }).stage === stage);
    expect(said().stages).toEqual([
      { stage: 'consent', state: 'complete', decisions: decisionsCommitment(ofStage('consent'), saltOf('consent')) },
      {
        stage: 'disclosure',
        state: 'complete',
        decisions: decisionsCommitment(ofStage('disclosure'), saltOf('disclosure')),
      },
      { stage: 'adoption', state: 'complete', decisions: decisionsCommitment(ofStage('adoption'), null) },
    ]);
    expect(decisionsCommitment(ofStage('consent'), null)).not.toBe(said().stages[0]?.decisions);
  });

  it('commits to the decisions, not to the order in which they came', () => {
    const { decisions } = world.published.evidence;
    for (const salt of [null, 'salt']) {
      expect(decisionsCommitment([...decisions].reverse(), salt)).toBe(decisionsCommitment(decisions, salt));
      expect(decisionsCommitment(decisions.slice(1), salt)).not.toBe(decisionsCommitment(decisions, salt));
    }
    expect(decisionsCommitment(decisions, 'one')).not.toBe(decisionsCommitment(decisions, 'two'));
  });

  it('is the same when a round is resumed with the same evidence', () => {
    const { evidence, authority } = world.published;
    const facts = { publishedAt: said().publishedAt, saltOf };
    expect(publicationOf(evidence, authority, facts)).toEqual(said());
    const twice = { ...evidence, decisions: [...evidence.decisions, ...evidence.decisions] };
    expect(publicationOf(twice, authority, facts)).toEqual(said());
  });
});

describe('evidence that nobody has judged', () => {
  it('makes no certificate: an unknown procedure, a decision that cannot be read, a part without its form', async () => {
    const { evidence, authority, certificate } = world.published;
    const published = { publication: certificate.publication, guardKid: kidOfGuard(), log: certificate.log };
    const outgoing = { ...evidence.outgoing, procedure: { id: 'unknown', version: 1 } };
    await expect(composeCertificate({ ...evidence, outgoing }, authority, published)).rejects.toThrow('is not known');
    const { privateJwk } = await generateKey();
    const forged = await decide(
      { ...world.deputy, key: privateJwk, kid: thumbprint(privateJwk) },
      world.alliance.proposal,
      {
        stage: 'adoption',
        body: MINISTERS,
        seat: 'BEL',
      },
    );
    const decisions = [...evidence.decisions, forged];
    await expect(composeCertificate({ ...evidence, decisions }, authority, published)).rejects.toThrow(
      'cannot be read',
    );
    const log = { ...certificate.log, leafIndex: -1 };
    await expect(composeCertificate(evidence, authority, { ...published, log })).rejects.toThrow();
  });
});
