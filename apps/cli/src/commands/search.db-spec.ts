import { type AllianceHouse, PACKAGE, aRequest, openAllianceHouse } from '../../../../test/support/alliance';
import { type Said, type Sitting, TestConsole } from '../../../../test/support/console';
import type { Resident } from '../../../../test/support/house';

describe('imprimatur, looking across documents', () => {
  const console = new TestConsole();
  let alliance: AllianceHouse;
  let id: string;

  beforeAll(async () => {
    alliance = await openAllianceHouse();
    ({ id } = await alliance.planner.client.importDocument(PACKAGE.markedAs('NATO UNCLASSIFIED').text()));
  });
  afterAll(async () => {
    console.close();
    await alliance.house.close();
  });

  const as = (who: Resident, args: readonly string[], sitting: Sitting = {}): Promise<Said> =>
    console.run(args, {
      ...sitting,
      environment: { IMPRIMATUR_SESSION: who.sid, IMPRIMATUR_API: alliance.house.url },
    });

  it.each<[string, readonly string[], Sitting]>([
    ['named', ['missile', 'gap'], {}],
    ['piped in', [], { piped: 'missile gap\n' }],
    ['typed', [], { typed: ['missile gap'] }],
  ])('finds words that are %s, in what one may read', async (_how, words, sitting) => {
    const official = await as(alliance.official, ['document', 'search', ...words, '--count'], sitting);
    expect([official.code, official.err]).toEqual([0, 'in all: 1\n']);
    expect(official.out).toContain(`${id}  `);
    expect(official.out).toContain('portion 3 (NS)\n    EXERCISE The largest gap lies in air and missile defence');
    const stranger = await as(alliance.stranger, ['document', 'search', ...words, '--count'], sitting);
    expect([stranger.code, stranger.out, stranger.err]).toEqual([0, '', 'in all: 0\n']);
  });

  it('lists targets and documents by what is in them', async () => {
    const asked = ['--nation', 'DEU', '--area', 'air and missile defence', '--count'];
    const targets = await as(alliance.planner, ['target', 'list', ...asked, '--due', '2032']);
    expect(targets.out).toBe(`${id} 5  (CTS) DEU  air and missile defence: now 4711, required 9823 systems by 2032\n`);
    expect((await as(alliance.planner, ['document', 'list', ...asked])).out).toContain(id);
    expect((await as(alliance.official, ['target', 'list', ...asked])).err).toBe('in all: 0\n');
    expect((await as(alliance.official, ['document', 'list', ...asked])).err).toBe('in all: 0\n');
    const words = ['document', 'search', 'missile', '--targets', '--count'];
    expect((await as(alliance.planner, words)).out).toContain('portion 5 (CTS)');
    expect((await as(alliance.official, words)).err).toBe('in all: 0\n');
    expect((await as(alliance.auditor, ['events', '--action', 'target.list', '--count'])).err).toBe('in all: 2\n');
    expect((await as(alliance.requester, ['case', 'list', '--state', 'draft', '--document', id, '--count'])).err).toBe(
      'in all: 0\n',
    );
  });

  it('finds cases by their words and by the targets that they treat', async () => {
    const { requester, official, house } = alliance;
    const view = await requester.client.document(id);
    const found = await requester.client.submitCase(
      aRequest(view, house.clock.now(), { title: 'EXERCISE Tamarind', summary: 'EXERCISE A word on brigades.' }),
    );
    const line = `${found}  draft        round 1  (CTS) EXERCISE Tamarind\n`;
    for (const [words, sitting] of [
      [['tamarind', 'brigades'], {}],
      [[], { piped: 'tamarind brigades\n' }],
    ] as const) {
      const said = await as(requester, ['case', 'search', ...words, '--state', 'draft', '--count'], sitting);
      expect([said.code, said.err, said.out]).toEqual([
        0,
        'in all: 1\n',
        `${line}    EXERCISE Tamarind\n    EXERCISE A word on brigades.\n`,
      ]);
    }
    const asked = ['--nation', 'DEU', '--area', 'air and missile defence', '--from', '2001-01-01T00:00:00Z'];
    expect((await as(requester, ['case', 'list', ...asked])).out).toBe(line);
    expect((await as(requester, ['case', 'list', '--nation', 'NOR', '--count'])).err).toBe('in all: 0\n');
    for (const args of [
      ['case', 'list', ...asked],
      ['case', 'search', 'tamarind'],
    ])
      expect(await as(official, [...args, '--count'])).toMatchObject({ code: 0, out: '', err: 'in all: 0\n' });
  });

  it.each<[string, readonly string[], string]>([
    ['no words', ['document', 'search'], 'name the words to look for'],
    ['no words about cases', ['case', 'search'], 'name the words to look for'],
    ['only what must be absent, of cases', ['case', 'search', '--', '-missile'], 'bad-request'],
    ['a classification of cases, of no policy', ['case', 'list', '--classification', 'SECRET'], 'bad-request'],
    ['only what must be absent', ['document', 'search', '--', '-missile'], 'bad-request'],
    ['a classification of no policy', ['document', 'list', '--classification', 'SECRET'], 'bad-request'],
    ['a year that is none', ['target', 'list', '--due', 'soon'], 'It is not a year'],
    ['a cursor of another list', ['target', 'list', '--cursor', 'of.nobody'], 'bad-request'],
  ])('refuses %s', async (_what, args, fault) => {
    const said = await as(alliance.official, args);
    // What the api refuses is a no; what is asked wrongly could not be told.
    expect([said.code, said.out]).toEqual([fault === 'bad-request' ? 1 : 2, '']);
    expect(said.err).toContain(fault);
  });
});
