import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FunctionError, LimitError } from '../template-error.ts';
import { compareVersions } from './compare-versions.ts';
import { parseVersion, versionText } from './version.ts';

const number = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const words = (word: RegExp): fc.Arbitrary<string> => fc.array(fc.stringMatching(word), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.'));
const prerelease = fc.option(words(/^(0|[1-9]\d{0,21}|\d*[A-Za-z-][\dA-Za-z-]{0,5})$/), { nil: '' });
const metadata = fc.option(words(/^[\dA-Za-z-]{1,6}$/), { nil: '' });
const version = fc
  .tuple(number, number, number, prerelease, metadata)
  .map(([major, minor, patch, before, after]) => `${major}.${minor}.${patch}${before === '' ? '' : `-${before}`}${after === '' ? '' : `+${after}`}`);

describe('versions', () => {
  it('end where no version does', () => {
    expect(versionText(parseVersion(`1.2.3-${'a'.repeat(1000)}`))).toHaveLength(1006);
    expect(() => parseVersion(`1.2.3-${'a'.repeat(2000)}`)).toThrow(LimitError);
  });

  it('read as they are written', () => {
    fc.assert(
      fc.property(version, (text) => {
        expect(versionText(parseVersion(text))).toBe(text);
        expect(parseVersion(`v${text}`)).toMatchObject({ ...parseVersion(text), original: `v${text}` });
      }),
    );
  });

  it('say of nothing that it is a version but of versions, and never quote it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[v\d.+-]*[a-z]{12}!$/)), (text) => {
        try {
          expect(versionText(parseVersion(text))).toMatch(/^\d+\.\d+\.\d+/);
        } catch (error) {
          expect(error).toBeInstanceOf(FunctionError);
          if (text.length > 8) expect(String(error)).not.toContain(text);
        }
      }),
    );
  });

  it('are ordered in one way', () => {
    fc.assert(
      fc.property(version, version, version, (one, two, three) => {
        const [a, b, c] = [parseVersion(one), parseVersion(two), parseVersion(three)];
        expect(compareVersions(a, b) + compareVersions(b, a)).toBe(0);
        if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0) expect(compareVersions(a, c)).toBeLessThanOrEqual(0);
      }),
    );
  });

  it('come in the order that semver.org gives', () => {
    const ordered = ['1.0.0-alpha', '1.0.0-alpha.1', '1.0.0-alpha.beta', '1.0.0-beta', '1.0.0-beta.2', '1.0.0-beta.11', '1.0.0-rc.1', '1.0.0', '1.0.1', '1.1.0', '2.0.0'];
    for (const [index, text] of ordered.entries()) {
      for (const later of ordered.slice(index + 1)) expect(compareVersions(parseVersion(text), parseVersion(later))).toBe(-1);
    }
  });
});
