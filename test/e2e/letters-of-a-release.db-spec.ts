import type { ApiProblem } from '#client';
import { type AllianceHouse, PACKAGE, aRequest, openAllianceHouse } from '../support/alliance';

/* What leaves is read by strangers: letters that the file could not show are refused with a reason, and can be mended. */
let alliance: AllianceHouse;
beforeAll(async () => {
  alliance = await openAllianceHouse();
});
afterAll(() => alliance.house.close());

const refusalOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'done',
    (error: unknown) => (error as ApiProblem).problem,
  );

it('letters that the font does not have are a refusal, before the freeze and at it, until they are gone', async () => {
  const { planner, requester, house } = alliance;
  const { id } = await planner.client.importDocument(PACKAGE.text());
  const asked = aRequest(await requester.client.document(id), house.clock.now(), {
    title: 'EXERCISE 北大西洋 \u{1F6A2}',
  });
  const caseId = await requester.client.submitCase(asked);
  const refusal = { status: 422, reasons: [{ code: 'letters', have: 'U+5317 U+5927 U+897F U+6D0B U+1F6A2' }] };
  expect(await refusalOf(requester.client.preview(caseId))).toMatchObject(refusal);
  expect(await refusalOf(requester.client.freezeCase(caseId))).toMatchObject(refusal);
  const { title, summary, items, window } = aRequest(await requester.client.document(id), house.clock.now());
  await requester.client.amendCase(caseId, { title, summary, items, window });
  expect(await requester.client.freezeCase(caseId)).toMatch(/^sha256:/);
});
