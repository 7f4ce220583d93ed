import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFieldPath } from './field-path.ts';

describe('parseFieldPath', () => {
  it.each([
    ['spec.data[0].remoteRef.key', ['spec', 'data', 0, 'remoteRef', 'key']],
    ['metadata.annotations[a.b/c]', ['metadata', 'annotations', 'a.b/c']],
    ['items[12][3]', ['items', 12, 3]],
    ['', []],
    ['x', ['x']],
  ])('reads %j', (text, steps) => {
    expect(parseFieldPath(text)).toEqual(steps);
  });

  it('reads back whatever is written in its form', () => {
    const step = fc.oneof(fc.nat(999_999_999), fc.stringMatching(/^[A-Za-z_][\w-]{0,8}$/), fc.stringMatching(/^[a-z]{1,5}[./][a-z]{1,5}$/));
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const text = steps.map((one) => (typeof one === 'string' && /^[\w-]+$/.test(one) ? `.${one}` : `[${one}]`)).join('');

        expect(parseFieldPath(text.replace(/^\./, ''))).toEqual(steps);
      }),
    );
  });
});
