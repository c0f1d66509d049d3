import { isNeedToKnowToken } from './index';

describe('need-to-know tokens', () => {
  it.each([
    'everyone',
    'nation:DEU',
    'community:NDPP-STAFF',
    'list:KESTREL',
    'organisation:NATO HQ',
    'person:5f0d3c0e-0d5a-4a3a-8b1e-111111111111',
  ])('%s is one', (token) => {
    expect(isNeedToKnowToken(token)).toBe(true);
  });

  it.each([
    '',
    'Everyone',
    'everyone ',
    'nation:',
    'nation:deu',
    'nation:GERMANY',
    'community:',
    'list:',
    'list:kestrel',
    'list:KESTREL\n',
    'role:planner',
    'person:x',
    'nation:DEU\n',
  ])('%j is none', (token) => {
    expect(isNeedToKnowToken(token)).toBe(false);
  });
});
