import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { noteKeyOf } from '#ledger';
import { type SignedStatement, canonicalJson, generateKey, payloadOf, sha256Hex, signStatement } from '#signing';
import { type TestAlliance, anAlliance, anAuthority, idOf } from '../../../test/support/authority';
import { everyChange } from '../../../test/support/changes';
import { PUBLISHED, type TestPublication, guardOf, placeOf, publish } from '../../../test/support/publication';
import { type Certificate, type ClaimedFile, verifyCertificate } from './index';

/** The file that the test's outgoing part names. */
const FILE: ClaimedFile = { name: 'release.json', bytes: new TextEncoder().encode('{}') };

let alliance: TestAlliance;
let genuine: TestPublication;
let text: string;

beforeAll(async () => {
  alliance = await anAlliance();
  genuine = await publish(alliance);
  text = canonicalJson(genuine.certificate);
});

async function failed(
  certificate: unknown,
  trust: TestPublication['trust'] = genuine.trust,
  files?: readonly ClaimedFile[],
): Promise<string[]> {
  const findings = await verifyCertificate(certificate, trust, files);
  if (findings.length === 0) throw new Error('a verification without any check');
  return [...new Set(findings.filter((finding) => !finding.ok).map((finding) => finding.check))];
}

const failedOf = async ({ certificate, trust }: TestPublication): Promise<string[]> => failed(certificate, trust);

describe('a certificate', () => {
  it('verifies from itself and the published keys alone, every check named', async () => {
    const read: unknown = JSON.parse(text);
    const findings = await verifyCertificate(read, genuine.trust, [FILE]);
    expect(findings.map(({ check, ok }) => [check, ok])).toEqual(
      [
        'format',
        'publication-signature',
        'publication-installation',
        'publication-release',
        'publication-proposal',
        'publication-stages',
        'publication-decisions:adoption',
        'publication-window',
        'instruments',
        'installation',
        'procedure',
        'digest',
        'stage:adoption',
        'checkpoint-signature',
        'checkpoint-origin',
        'tree-size',
        'inclusion',
        'file:release.json',
      ].map((check) => [check, true]),
    );
  });

  it('is canonical: one text for one certificate', () => {
    expect(canonicalJson(JSON.parse(text))).toBe(text);
    expect(text).not.toMatch(/\s{2}/);
  });
});

describe('a certificate of which one byte was changed', () => {
  /** What fails after one byte is replaced; undefined when the changed text says the very same. */
  async function failedWith(at: number, byte: number): Promise<string[] | undefined> {
    const changed = Buffer.from(text);
    changed[at % changed.length] = byte;
    let certificate: unknown;
    try {
      certificate = JSON.parse(changed.toString('utf8'));
    } catch {
      return ['json'];
    }
    return isDeepStrictEqual(certificate, JSON.parse(text)) ? undefined : failed(certificate);
  }

  it('fails a named check, whichever byte it was', async () => {
    const byte = fc.oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.nat(1_000_000), byte, async (at, value) => {
        expect((await failedWith(at, value)) ?? ['the same']).not.toEqual([]);
      }),
      { numRuns: 80 },
    );
  });

  it('fails a named check in every one of its words', async () => {
    const changes = everyChange(genuine.certificate);
    expect(changes.length).toBeGreaterThan(60);
    for (const { path, value } of changes) expect([path, await failed(value)]).not.toEqual([path, []]);
  });

  it('fails by its form when a word is added anywhere', async () => {
    const objects = [...text.matchAll(/\{(?=")/g)].map((match) => match.index + 1);
    expect(objects.length).toBeGreaterThan(20);
    for (const at of objects) {
      for (const added of ['"zzz":1,', '"__proto__":{},', '"constructor":null,']) {
        const certificate: unknown = JSON.parse(`${text.slice(0, at)}${added}${text.slice(at)}`);
        expect([at, added, await failed(certificate)]).toEqual([at, added, ['format']]);
      }
    }
  });
});

describe('a certificate of which a part was exchanged', () => {
  const changed = (change: Partial<Record<keyof Certificate, unknown>>) => ({ ...genuine.certificate, ...change });
  const spoilt = (statement: SignedStatement): SignedStatement => ({
    payload: statement.payload,
    signatures: [{ ...statement.signatures[0]!, signature: `${'A'.repeat(85)}A` }],
  });

  it('fails without any one of its decisions or instruments', async () => {
    for (const part of ['decisions', 'instruments'] as const) {
      for (const absent of genuine.certificate[part]) {
        const left = genuine.certificate[part].filter((each) => each !== absent);
        expect(await failed(changed({ [part]: left }))).not.toEqual([]);
      }
    }
  });

  it('fails with the decision of a stage that is not public', async () => {
    const review = genuine.evidence.decisions[1]!;
    expect((payloadOf(review) as { stage: string }).stage).toBe('disclosure');
    const decisions = [...genuine.certificate.decisions, review];
    expect(await failed(changed({ decisions }))).toEqual(['decision']);
  });

  it('fails with another release’s decisions, publication or place in the log', async () => {
    const outgoing = alliance.authority.outgoing(alliance.requester, { release: 'r-ffffffffffffffffffff' });
    const other = await publish({ ...alliance, proposal: { ...alliance.proposal, outgoing } });
    expect(await failedOf(other)).toEqual([]);
    const { decisions, publication, log } = other.certificate;
    expect(await failed(changed({ outgoing }))).toEqual(
      expect.arrayContaining(['publication-release', 'publication-proposal', 'decision', 'stage:adoption']),
    );
    expect(await failed(changed({ decisions }))).toEqual([
      'publication-decisions:adoption',
      'decision',
      'stage:adoption',
    ]);
    expect(await failed(changed({ publication }))).toEqual(['publication-signature', 'inclusion']);
    expect(await failed(changed({ publication, instruments: other.certificate.instruments }))).toContain(
      'publication-release',
    );
    expect(await failed(changed({ log }))).toEqual(['inclusion']);
  });

  it('fails with a spoilt signature, of decision, instrument or publication', async () => {
    const { decisions, instruments, publication } = genuine.certificate;
    expect(await failed(changed({ decisions: decisions.map(spoilt) }))).toContain('decision');
    expect(await failed(changed({ instruments: instruments.map(spoilt) }))).toContain('instrument');
    expect(await failed(changed({ publication: spoilt(publication) }))).toContain('publication-signature');
  });
});

describe('the trust that the reader brings along', () => {
  it('is of this installation: the officers of another vouch for nothing', async () => {
    const elsewhere = await anAuthority('exercise');
    expect(await failed(genuine.certificate, { ...genuine.trust, officers: elsewhere.officers })).toEqual(
      expect.arrayContaining(['publication-signature', 'instrument', 'procedure']),
    );
    const renamed = { ...genuine.trust.officers, installation: 'elsewhere' };
    expect(await failed(genuine.certificate, { ...genuine.trust, officers: renamed })).toEqual(
      expect.arrayContaining(['instrument', 'installation']),
    );
  });

  it('is of this log: another key, another name or none proves no inclusion', async () => {
    const name = 'exercise/public-log';
    for (const publicLog of [
      [],
      [noteKeyOf(name, new Uint8Array(32).fill(9))],
      [noteKeyOf('exercise/ledger', alliance.authority.logSeeds.publicLog)],
    ])
      expect(await failed(genuine.certificate, { ...genuine.trust, publicLog })).toEqual(['checkpoint-signature']);
  });
});

describe('the guard', () => {
  it('is named by two officers: an unknown key publishes nothing', async () => {
    const { privateJwk } = await generateKey();
    expect(await failedOf(await publish(alliance, { guard: privateJwk }))).toEqual(['publication-signature']);
  });

  it('is no person: a minister’s key publishes nothing', async () => {
    const [minister] = alliance.ministers;
    expect(await failedOf(await publish(alliance, { guard: minister!.holder.key }))).toContain('publication-signature');
  });

  it.each([
    ['that is compromised, whenever it was told', 'compromise', '2026-07-01T00:00:00Z', ['publication-signature']],
    ['that was taken back before', 'superseded', '2026-06-01T00:00:00Z', ['publication-signature']],
    ['that was taken back afterwards', 'superseded', '2026-07-01T00:00:00Z', []],
  ] as const)('with a key %s', async (_name, reason, from, checks) => {
    const made = await anAlliance();
    const guard = await guardOf(made);
    const instrument = idOf(made.authority.statements.at(-1)!);
    await made.authority.revocation({ instrument, reason, from });
    expect(await failedOf(await publish(made, { guard }))).toEqual(checks);
  });

  it('with a key that had expired', async () => {
    const made = await anAlliance();
    const { privateJwk, publicJwk, kid } = await generateKey();
    const span = { from: '2026-01-01T00:00:00Z', until: PUBLISHED };
    await made.authority.state('service-key', { service: 'guard', kid, jwk: publicJwk, ...span });
    expect(await failedOf(await publish(made, { guard: privateJwk }))).toEqual(['publication-signature']);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['another installation', { installation: 'elsewhere' }, 'publication-installation'],
    ['another release', { release: 'r-ffffffffffffffffffff' }, 'publication-release'],
    ['another proposal', { proposal: `sha256:${'0'.repeat(64)}` }, 'publication-proposal'],
    ['an hour before the window', { publishedAt: '2026-06-05T14:59:59.999Z' }, 'publication-window'],
    ['the hour when the window ends', { publishedAt: '2026-06-06T15:00:00Z' }, 'publication-window'],
  ])('signs for %s, and the certificate fails', async (_name, change, check) => {
    const guard = await guardOf(alliance);
    expect(await failedOf(await publish(alliance, { guard, change }))).toContain(check);
  });

  it('signs for every stage in its order, none left out, none added', async () => {
    const guard = await guardOf(alliance);
    const { stages } = payloadOf(genuine.certificate.publication) as { stages: { stage: string }[] };
    const with_ = async (changed: readonly object[]) =>
      failedOf(await publish(alliance, { guard, change: { stages: changed as never } }));
    expect(await with_([...stages].reverse())).toContain('publication-stages');
    expect(await with_(stages.slice(1))).toContain('publication-stages');
    expect(await with_([...stages, { ...stages[0]!, stage: 'acclamation' }])).toContain('publication-stages');
    expect(await with_(stages.map((each) => ({ ...each, decisions: `sha256:${'0'.repeat(64)}` })))).toEqual([
      'publication-decisions:adoption',
    ]);
    expect(await with_(stages.map((each) => ({ ...each, state: 'open' })))).toContain('publication-signature');
  });

  it('signs once, alone, and in a statement of publication', async () => {
    const made = await anAlliance();
    const guard = await guardOf(made);
    const published = await publish(made, { guard });
    const asDecision = await signStatement('decision', payloadOf(published.certificate.publication), guard);
    const log = placeOf(asDecision, made);
    expect(await failed({ ...published.certificate, publication: asDecision, log }, published.trust)).toEqual([
      'publication-signature',
    ]);
  });
});

describe('the files of a release', () => {
  it('are those that were signed, byte for byte', async () => {
    expect(await failed(genuine.certificate, genuine.trust, [FILE])).toEqual([]);
    expect(await failed(genuine.certificate, genuine.trust, [])).toEqual([]);
    for (const bytes of ['{ }', '{}\n', '', '[]'].map((each) => new TextEncoder().encode(each)))
      expect(await failed(genuine.certificate, genuine.trust, [{ ...FILE, bytes }])).toEqual(['file:release.json']);
  });

  it('are all named: a file more, or under another name, is none of them', async () => {
    expect(await failed(genuine.certificate, genuine.trust, [FILE, { ...FILE, name: 'release.pdf' }])).toEqual([
      'file:release.pdf',
    ]);
    expect(await failed(genuine.certificate, genuine.trust, [{ ...FILE, name: '' }])).toEqual(['file:']);
  });

  it('have the length that was signed as well', async () => {
    const { outgoing } = alliance.proposal;
    const renditions = [{ ...outgoing.renditions[0]!, bytes: 3, sha256: sha256Hex('{}') }];
    const made = await publish({
      ...alliance,
      proposal: { ...alliance.proposal, outgoing: { ...outgoing, renditions } },
    });
    expect(await failed(made.certificate, made.trust, [FILE])).toEqual(['file:release.json']);
  });
});

describe('hostile certificates', () => {
  it('never make the check throw, and never pass', async () => {
    const part = (value: unknown) => fc.oneof(fc.constant(value), fc.anything());
    const { certificate } = genuine;
    const hostile = fc.record(
      {
        format: fc.constant(certificate.format),
        outgoing: part({ ...certificate.outgoing, title: 'another' }),
        closedCommitment: part(certificate.closedCommitment),
        decisions: part(certificate.decisions),
        instruments: part(certificate.instruments),
        publication: part(certificate.publication),
        log: part(certificate.log),
      },
      { requiredKeys: ['format'] },
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(hostile, fc.anything()), async (given) => {
        expect(await failed(given)).not.toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it('an error within is a check that fails', async () => {
    const treacherous = {
      ...genuine.certificate,
      get outgoing(): never {
        throw new Error('gone');
      },
    };
    expect(await verifyCertificate(treacherous, genuine.trust)).toEqual([
      { check: 'format', ok: false, detail: 'gone' },
    ]);
  });
});
