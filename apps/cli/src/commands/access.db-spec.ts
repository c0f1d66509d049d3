import { type AllianceHouse, openAllianceHouse } from '../../../../test/support/alliance';
import { DAY, inTime } from '../../../../test/support/admission';
import { type Said, TestConsole } from '../../../../test/support/console';
import { aDocument } from '../../../../test/support/documents';
import type { Resident } from '../../../../test/support/house';
import { aPerson } from '../../../../test/support/people';

const LIST = 'KESTREL';
const READ_IN = 'EXERCISE What is on this list is told to nobody who is not on it.';
const ID = /^[0-9a-f-]{36}$/m;

describe('imprimatur access and break-glass', () => {
  const console = new TestConsole();
  let alliance: AllianceHouse;
  let watch: Resident;
  let officer: Resident;
  let document: string;

  beforeAll(async () => {
    alliance = await openAllianceHouse();
    const { house, releaseOfficer, planner } = alliance;
    ({ watch, officer } = await house.enrol({
      watch: aPerson('watch.one').clearedTo('SECRET').inRole('watch-officer'),
      officer: aPerson('security.one').clearedTo('SECRET').inRole('security-officer'),
    }));
    await house.authority.accessList({ list: LIST, approvers: [releaseOfficer.person], readIn: READ_IN });
    await house.admit();
    const text = aDocument()
      .underBanner('NATO SECRET')
      .forThose('community:NDPP-STAFF')
      .titled('(NS) EXERCISE A paper');
    document = (await planner.client.importDocument(text.text())).id;
    console.file('approver.key.json', releaseOfficer.key);
  });

  afterAll(async () => {
    console.close();
    await alliance.house.close();
  });

  const as = (who: Resident, args: string[], sitting: { piped?: string; typed?: string[] } = {}): Promise<Said> =>
    console.run(args, {
      environment: { IMPRIMATUR_SESSION: who.sid, IMPRIMATUR_API: alliance.house.url },
      ...sitting,
    });
  const requested = async (who: Resident): Promise<string> => {
    const args = ['access', 'request', LIST, '--until', inTime(7 * DAY), '--mark', 'NR', '--reason-file', '-'];
    const said = await as(who, args, { piped: 'EXERCISE To draft the winter plan.\n' });
    expect([said.code, said.err]).toEqual([0, '']);
    return ID.exec(said.out)?.[0] ?? '';
  };

  it('asks for access, grants it with the approver’s own key, and acknowledges what is read in', async () => {
    const { official, releaseOfficer } = alliance;
    const id = await requested(official);
    const waiting = await as(releaseOfficer, ['access', 'requests']);
    expect(waiting.out).toContain(`${id}  ${LIST}, open, waits for you`);
    expect(waiting.out).toContain('(NR) EXERCISE To draft the winter plan.');

    const args = ['access', 'grant', id, '--key', console.path('approver.key.json'), '--installation', 'exercise'];
    const settling = settleSoon();
    const granted = await as(releaseOfficer, args, { typed: ['y'] });
    await settling;
    expect([granted.code, granted.err]).toEqual([0, '']);
    expect(granted.out).toContain(`the person ${official.person} is let into the access list ${LIST}`);
    expect(granted.out).toContain(`asked for by  the request ${id}`);
    expect(granted.out).toMatch(/^[0-9a-f-]{36} {2}accepted$/m);

    const shown = await as(official, ['access', 'lists']);
    expect(shown.out).toContain('you are       on it once you acknowledge what is read in');
    expect((await as(official, ['access', 'acknowledge', LIST], { typed: ['no'] })).code).toBe(1);
    const acknowledged = await as(official, ['access', 'acknowledge', LIST], { typed: ['yes'] });
    expect([acknowledged.code, acknowledged.out]).toEqual([0, expect.stringContaining(READ_IN)]);
    expect((await official.client.me()).needToKnow).toContain(`list:${LIST}`);
  });

  /** The registrar, who settles while the command waits for its word. */
  async function settleSoon(): Promise<void> {
    while ((await alliance.house.settle()) === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  }

  it('refuses with a reason, and withdraws', async () => {
    const { norway, releaseOfficer } = alliance;
    const first = await requested(norway);
    const why = console.file('why.txt', 'EXERCISE Not this year.');
    expect(await as(releaseOfficer, ['access', 'refuse', first, '--mark', 'NR', '--reason-file', why])).toMatchObject({
      code: 0,
      out: 'refused\n',
    });
    expect((await as(norway, ['access', 'requests'])).out).toContain('(NR) EXERCISE Not this year.');
    const second = await requested(norway);
    expect(await as(norway, ['access', 'withdraw', second])).toMatchObject({ code: 0, out: 'withdrawn\n' });
    const late = await as(releaseOfficer, [
      'access',
      'grant',
      second,
      '--key',
      console.path('approver.key.json'),
      '--installation',
      'exercise',
      '--yes',
    ]);
    expect([late.code, late.err]).toEqual([2, expect.stringContaining('does not wait for you: it is withdrawn')]);
  });

  it('says why a request is refused, one line for each reason', async () => {
    const args = ['access', 'request', LIST, '--until', inTime(900 * DAY), '--mark', 'NR', '--reason', 'EXERCISE'];
    const said = await as(alliance.official, args);
    expect([said.code, said.err]).toEqual([
      1,
      expect.stringMatching(/\(refused\)\n {2}as-long-as-the-list-allows: needs /),
    ]);
    const unmarked = await as(alliance.official, ['access', 'request', LIST, '--until', inTime(DAY), '--reason', 'x']);
    expect([unmarked.code, unmarked.err]).toEqual([2, expect.stringContaining("required option '--mark <mark>'")]);
    const wordless = await as(alliance.official, ['access', 'request', LIST, '--until', inTime(DAY), '--mark', 'NR']);
    expect([wordless.code, wordless.err]).toEqual([2, expect.stringContaining('words are missing')]);
  });

  it('breaks glass, lists it, reviews it and ends it', async () => {
    const words = ['--mark', 'NR', '--reason', 'EXERCISE Ships are missing.'];
    const opened = await as(watch, ['break-glass', 'open', document, '--hours', '2', ...words]);
    const [, id = ''] = /^([0-9a-f-]{36}) {2}until .*; it waits for a review$/m.exec(opened.out) ?? [];
    expect([opened.code, id]).toEqual([0, expect.stringMatching(ID)]);
    const listed = await as(officer, ['break-glass', 'list']);
    expect(listed.out).toContain(`${id}  no review yet, waits for yours`);
    expect(listed.out).toContain('document      not for you to know');
    expect((await as(officer, ['break-glass', 'review', id, ...words])).code).toBe(2);
    const reviewed = await as(officer, ['break-glass', 'review', id, '--not-justified', ...words]);
    expect([reviewed.code, reviewed.out]).toEqual([0, 'reviewed: not justified, and ended\n']);
    expect((await as(watch, ['break-glass', 'end', id])).code).toBe(1);
    expect((await as(watch, ['break-glass', 'list', '--json'])).out).toContain('"justified": false');
    const again = await as(watch, ['break-glass', 'open', document, ...words]);
    const next = ID.exec(again.out.slice(0, 36))?.[0] ?? '';
    expect(await as(watch, ['break-glass', 'end', next])).toMatchObject({ code: 0, out: 'ended\n' });
  });
});
