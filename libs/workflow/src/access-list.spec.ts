import { randomUUID } from 'node:crypto';
import { type Enrolled, type Making, type TestAuthority, anAuthority } from '../../../test/support/authority';
import { verifyInstruments } from './index';

const AT = '2026-03-01T09:00:00Z';
const DAY = 86_400_000;
const inDays = (days: number): string => new Date(Date.parse(AT) + days * DAY).toISOString();

interface Desk {
  readonly authority: TestAuthority;
  readonly approver: Enrolled;
  readonly second: Enrolled;
  readonly member: Enrolled;
}

/** A list with two approvers, and somebody who is to be let in. */
async function aDesk(): Promise<Desk> {
  const authority = await anAuthority();
  const [approver, second, member] = [
    await authority.enrol('approver'),
    await authority.enrol('second'),
    await authority.enrol('member'),
  ];
  await authority.accessList({ list: 'AIR-2031', approvers: [approver.person, second.person], longestDays: 30 });
  return { authority, approver, second, member };
}

const grant = (
  { authority, member }: Desk,
  by: Enrolled,
  body: Partial<{ list: string; person: string; from: string; until: string }> = {},
  making: Making = {},
) =>
  authority.accessGrant(
    by,
    { list: 'AIR-2031', person: member.person, from: AT, until: inDays(7), ...body },
    { issuedAt: AT, ...making },
  );

const verdict = async ({ authority }: Desk): Promise<{ refused: string[]; standing: string[] }> => {
  const { authority: verified, refused } = await verifyInstruments(authority.statements, authority.officers);
  return {
    refused: refused.map(({ fault }) => fault),
    standing: verified.ofKind('access-grant').map(({ body }) => body.person),
  };
};

describe('a grant of access', () => {
  it('stands when an approver of the list signs it for somebody else', async () => {
    const desk = await aDesk();
    await grant(desk, desk.approver);
    expect(await verdict(desk)).toEqual({ refused: [], standing: [desk.member.person] });
  });

  it.each<[string, string, (desk: Desk) => Promise<unknown>]>([
    [
      'by somebody who approves nothing',
      'it is not signed by a key of an approver of the list',
      (desk) => grant(desk, desk.member, { person: desk.approver.person }),
    ],
    [
      'for the approver themselves',
      'nobody lets themselves in',
      (desk) => grant(desk, desk.approver, { person: desk.approver.person }),
    ],
    [
      'by an approver and another',
      'one key signs for an access list',
      (desk) => grant(desk, desk.approver, {}, { by: [desk.approver.key, desk.second.key] }),
    ],
    ['by an officer', 'key', (desk) => grant(desk, desk.approver, {}, { by: [desk.authority.officerKeys[0]!.key] })],
    [
      'to a list that nobody stated',
      'there is no such access list',
      (desk) => grant(desk, desk.approver, { list: 'SEA-2031' }),
    ],
    [
      'to nobody who is known',
      'the one who is let in is not a known person',
      (desk) => grant(desk, desk.approver, { person: randomUUID() }),
    ],
    [
      'for longer than the list allows',
      'the list lets nobody in for longer than 30 days',
      (desk) => grant(desk, desk.approver, { until: inDays(31) }),
    ],
    ['that ends before it begins', 'it ends before it begins', (desk) => grant(desk, desk.approver, { until: AT })],
    [
      'for the time before it was issued',
      'it begins before it was issued',
      (desk) => grant(desk, desk.approver, { from: inDays(-1) }),
    ],
    [
      'issued before the list was',
      'there is no such access list',
      (desk) => grant(desk, desk.approver, { from: AT }, { issuedAt: '2025-12-31T00:00:00Z' }),
    ],
  ])('%s gives nothing', async (_name, fault, make) => {
    const desk = await aDesk();
    await make(desk);
    const { refused, standing } = await verdict(desk);
    expect(refused).toEqual([expect.stringContaining(fault)]);
    expect(standing).toEqual([]);
  });

  it('is judged by the list as it stood when it was signed', async () => {
    const desk = await aDesk();
    const { authority, approver, second } = desk;
    await grant(desk, approver);
    await authority.accessList(
      { list: 'AIR-2031', approvers: [second.person], longestDays: 30 },
      { issuedAt: '2026-03-02T00:00:00Z' },
    );
    await grant(desk, approver, { from: inDays(2), until: inDays(3) }, { issuedAt: inDays(2) });
    expect(await verdict(desk)).toEqual({
      refused: ['it is not signed by a key of an approver of the list'],
      standing: [desk.member.person],
    });
  });

  it('is withdrawn by any approver of the list, and by nobody else', async () => {
    const desk = await aDesk();
    const { authority, second, member } = desk;
    const taken = { grant: randomUUID(), list: 'AIR-2031' };
    await authority.accessWithdrawal(second, taken, { issuedAt: AT });
    await authority.accessWithdrawal(member, taken, { issuedAt: AT });
    const { authority: verified, refused } = await verifyInstruments(authority.statements, authority.officers);
    expect(verified.ofKind('access-withdrawal')).toHaveLength(1);
    expect(refused.map(({ fault }) => fault)).toEqual(['it is not signed by a key of an approver of the list']);
  });
});

describe('an access list', () => {
  it('names approvers who are known, and takes two officers', async () => {
    const desk = await aDesk();
    const { authority, approver } = desk;
    await authority.accessList({ list: 'SEA-2031', approvers: [randomUUID()] });
    await authority.accessList(
      { list: 'LAND-2031', approvers: [approver.person] },
      { by: [authority.officerKeys[0]!.key] },
    );
    const { refused } = await verifyInstruments(authority.statements, authority.officers);
    expect(refused.map(({ fault }) => fault).sort()).toEqual([
      '2 officers must sign a access-list, 1 did',
      'an approver is not a known person',
    ]);
  });
});

describe('the rules', () => {
  it('are in force in the newest version that stands, and a version is never another text', async () => {
    const { authority } = await aDesk();
    const first = await authority.accessRules({ version: '2026.8', rules: { a: 1 } }, { issuedAt: AT });
    await authority.accessRules({ version: '2026.9', rules: { a: 2 } }, { issuedAt: inDays(1) });
    await authority.accessRules({ version: '2026.9', rules: { a: 3 } }, { issuedAt: inDays(2) });
    await authority.accessRules(
      { version: '2026.10', rules: {} },
      { by: [authority.officerKeys[0]!.key], issuedAt: AT },
    );
    expect(first.signatures).toHaveLength(2);
    const { authority: verified, refused } = await verifyInstruments(authority.statements, authority.officers);
    expect(refused.map(({ fault }) => fault).sort()).toEqual([
      '2 officers must sign a access-rules, 1 did',
      'this version of the rules exists; a change is a new version',
    ]);
    expect(verified.accessRules(inDays(3))?.body.version).toBe('2026.9');
    expect(verified.accessRules(AT)?.body.version).toBe('2026.8');
  });
});
