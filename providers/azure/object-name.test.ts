import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { parseObjectName, parseVersion } from './object-name.ts';

function attempt<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof ProviderError && error.kind === 'invalid') return undefined;
    throw error;
  }
}

describe('the name of an object', () => {
  it('is one of three kinds, and a secret where none is said', () => {
    expect(['a', 'secret/a', 'key/a', 'cert/a', 'key/a/b/c'].map(parseObjectName)).toEqual([
      { kind: 'secret', name: 'a' },
      { kind: 'secret', name: 'a' },
      { kind: 'key', name: 'a' },
      { kind: 'cert', name: 'a' },
      { kind: 'key', name: 'a' },
    ]);
  });

  it('and its version are one step of a path as they are, or an error', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...Array.from('ab/.%?#-_ ')) })), (text) => {
        for (const step of [attempt(() => parseObjectName(text))?.name, attempt(() => parseVersion(text))]) {
          if (step !== undefined) expect(new URL(`https://host/secrets/${step}/end`).pathname).toBe(`/secrets/${step}/end`);
        }
      }),
    );
  });

  it('is at most as long as a vault allows', () => {
    expect([127, 128].map((length) => attempt(() => parseObjectName('x'.repeat(length)))?.kind)).toEqual(['secret', undefined]);
  });
});
