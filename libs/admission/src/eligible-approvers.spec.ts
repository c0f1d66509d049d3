import { randomUUID } from 'node:crypto';
import { type TestAuthority, anAuthority } from '../../../test/support/authority';
import { generateKey } from '#signing';
import { verifyInstruments } from '#workflow';
import { eligibleApprovers } from './eligible-approvers';

const AT = '2026-06-05T12:00:00.000Z';
const EARLIER = '2026-06-01T00:00:00.000Z';

const asker = { personId: randomUUID(), identity: 'asker' };

async function eligible(
  authority: TestAuthority,
  approvers: readonly string[],
  actor: Parameters<typeof eligibleApprovers>[0] = asker,
): Promise<string[]> {
  const verified = await verifyInstruments(authority.statements, authority.officers);
  return eligibleApprovers(actor, verified.authority, AT)(approvers);
}

describe('the approvers who can let somebody in', () => {
  it('are those with a key that stands', async () => {
    const authority = await anAuthority();
    const approver = await authority.enrol('approver');
    expect(await eligible(authority, [approver.person])).toEqual([approver.person]);
  });

  it.each<[string, (authority: TestAuthority, person: string) => Promise<unknown>]>([
    ['has no key', async () => undefined],
    [
      'has a key that has ended',
      async (authority, person) =>
        authority.key({ person, identity: 'approver', jwk: (await generateKey()).privateJwk, until: EARLIER }),
    ],
    [
      'has a key that does not count yet',
      async (authority, person) =>
        authority.key({
          person,
          identity: 'approver',
          jwk: (await generateKey()).privateJwk,
          from: '2026-06-06T00:00:00.000Z',
        }),
    ],
    [
      'has a key that was revoked',
      async (authority, person) => {
        const id = randomUUID();
        const { privateJwk } = await generateKey();
        await authority.key({ person, identity: 'approver', jwk: privateJwk }, { id });
        await authority.revocation({ instrument: id, reason: 'superseded', from: EARLIER });
      },
    ],
    [
      'has a key that was compromised',
      async (authority, person) => {
        const id = randomUUID();
        const { privateJwk } = await generateKey();
        await authority.key({ person, identity: 'approver', jwk: privateJwk }, { id });
        await authority.revocation({ instrument: id, reason: 'compromise', from: '2026-07-01T00:00:00.000Z' });
      },
    ],
  ])('are nobody who %s', async (_what, prepare) => {
    const authority = await anAuthority();
    const [person, other] = [randomUUID(), await authority.enrol('another approver')];
    await authority.person({ person, identity: 'approver' });
    await prepare(authority, person);
    expect(await eligible(authority, [person, other.person])).toEqual([other.person]);
  });

  it('are never the one who asks, nor the same human under another spelling', async () => {
    const authority = await anAuthority();
    const approver = await authority.enrol('approver');
    expect(await eligible(authority, [approver.person], { personId: approver.person, identity: 'approver' })).toEqual(
      [],
    );
    expect(await eligible(authority, [approver.person], { ...asker, identity: ' Approver ' })).toEqual([]);
  });

  it('are nobody whom no instrument names', async () => {
    expect(await eligible(await anAuthority(), [randomUUID()])).toEqual([]);
  });
});
