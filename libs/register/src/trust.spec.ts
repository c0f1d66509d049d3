import { anAuthority } from '../../../test/support/authority';
import { trustFrom } from './trust';

describe('the trust of the register', () => {
  it('is what the officers’ file states', async () => {
    const { officers } = await anAuthority();
    const trust = trustFrom(JSON.stringify(officers), 'exercise');
    expect(trust.officers).toEqual(officers);
    expect(trust.publicLog.map(({ name }) => name)).toEqual(['exercise/public-log']);
  });

  it('is none when the file is another installation’s, is changed, or names no log', async () => {
    const { officers } = await anAuthority();
    const [first, ...others] = officers.officers;
    const wrong: [unknown, RegExp][] = [
      [{ ...officers, installation: 'other' }, /names the installation other, not exercise/],
      [{ ...officers, officers: [first] }, /two officers at least/],
      [{ ...officers, officers: [{ ...first, kid: 'x' }, ...others] }, /thumbprint/],
      [{ ...officers, more: true }, /not valid/],
      [{ ...officers, logs: { ...officers.logs, publicLog: 'exercise/public-log+00000000+AAAA' } }, /verifier key/],
      [null, /not valid/],
    ];
    for (const [file, fault] of wrong) expect(() => trustFrom(JSON.stringify(file), 'exercise')).toThrow(fault);
    expect(() => trustFrom('not JSON', 'exercise')).toThrow(SyntaxError);
  });
});
