import { validateHeaderName } from 'node:http';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact, redactError, redactRecord } from './redact.ts';
import { SecretBytes } from './secret-bytes.ts';

const canary = 'c4n4ry-7f3a9b';

function printed(value: unknown): string {
  return JSON.stringify(redact(value)) ?? '';
}

/** The error that `run` throws. */
function thrown(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it did not throw');
}

describe('redact', () => {
  it('replaces SecretBytes and raw bytes wherever they stand', () => {
    const value = { a: [SecretBytes.fromUtf8(canary)], b: Buffer.from(canary), c: new Uint8Array(3), d: { e: Buffer.from(canary).buffer } };

    expect(printed(value)).not.toContain(canary);
    expect(redact({ c: new Uint8Array(3) })).toEqual({ c: '[3 bytes]' });
  });

  it('shows the keys of a Secret and never its values', () => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { key: canary }, stringData: { other: canary } };

    expect(redact(secret)).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's' },
      data: { key: '[redacted]' },
      stringData: { other: '[redacted]' },
    });
  });

  it('shows no value of a list of Secrets, whose items have no kind', () => {
    expect(printed({ kind: 'SecretList', items: [{ metadata: { name: 's' }, data: { key: canary } }] })).not.toContain(canary);
  });

  it('hides the copy that kubectl keeps in an annotation', () => {
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': `{"data":{"key":"${canary}"}}` };

    expect(printed({ metadata: { annotations } })).not.toContain(canary);
  });

  it.each(['Authorization', 'password', 'token', 'sessionToken', 'secret_access_key', 'secretAccessKey', 'private-key', 'clientSecret'])(
    'hides a text called %s',
    (name) => {
      expect(printed({ [name]: canary })).not.toContain(canary);
    },
  );

  it('keeps what is only near a credential: counts, references, lists of data entries', () => {
    const value = { token: 3, tokenCount: 'x', data: [{ secretKey: 'key', remoteRef: { key: 'a/b' } }] };

    expect(redact(value)).toEqual(value);
  });

  it('takes the password out of a URL', () => {
    expect(redact(new URL(`https://user:${canary}@git.example/x`))).toBe('https://user:redacted@git.example/x');
  });

  it('bounds depth, length and width', () => {
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;

    expect(printed(loop)).toContain('[too deep]');
    expect(printed('x'.repeat(100_000)).length).toBeLessThan(5000);
    expect(printed(Array.from({ length: 1000 }, () => 1))).toContain('[900 more]');
    expect(printed(Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`k${index}`, 1])))).toContain('"[more]":900');
  });

  it('prints anything as JSON without throwing, and the same a second time', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true, withNullPrototype: true }), (value) => {
        const once = redact(value);
        expect(() => JSON.stringify(once)).not.toThrow();
        expect(JSON.stringify(redact(once))).toBe(JSON.stringify(once));
      }),
    );
  });

  it('keeps a field called __proto__ a field', () => {
    const value = JSON.parse('{"__proto__":{"admin":true}}');

    expect(printed(value)).toBe('{"__proto__":{"admin":true}}');
  });
});

describe('redactRecord', () => {
  it('redacts the fields it is given by name', () => {
    expect(redactRecord({ password: canary, n: 1 })).toEqual({ password: '[redacted]', n: 1 });
  });
});

describe('redactError', () => {
  it.each([
    ['Cannot read properties of undefined [withheld]', () => (undefined as unknown as { readonly a: unknown }).a],
    ['fetch failed', () => Promise.reject(new TypeError('fetch failed'))],
    ['Invalid URL', () => new URL('nowhere')],
    ['Do not know how to serialize a BigInt', () => JSON.stringify(1n)],
    ['The "size" argument must be of type number. [withheld]', () => Buffer.alloc('many' as unknown as number)],
  ])('keeps of a message of the engine what quotes nothing: %s', async (message, run) => {
    const error: unknown = await Promise.resolve().then(run).catch((reason: unknown) => reason);

    expect(redact(error)).toMatchObject({ message });
  });

  it('keeps name, message, kind, code and frames', () => {
    const error = Object.assign(new Error('cannot read'), { kind: 'denied', code: 'ECONNREFUSED' });

    expect(redactError(error)).toEqual({ name: 'Error', message: 'cannot read', kind: 'denied', code: 'ECONNREFUSED', stack: expect.arrayContaining([expect.stringMatching(/^at /)]) });
  });

  it('leaves out what clients hang onto errors', () => {
    const error = Object.assign(new Error('refused'), { response: { body: canary }, config: { headers: { authorization: canary } } });

    expect(JSON.stringify(redactError(error))).not.toContain(canary);
  });

  it('follows causes, to a bound', () => {
    const error = new Error('outer', { cause: new Error('inner') });
    const endless = new Error('endless');
    endless.cause = endless;

    expect(redactError(error)).toMatchObject({ cause: { message: 'inner' } });
    expect(JSON.stringify(redactError(endless)).match(/endless/g)?.length).toBeLessThan(10);
  });

  it.each([
    ['JSON.parse', () => JSON.parse(canary)],
    ['BigInt', () => BigInt(canary)],
    ['the in operator', () => 'x' in (canary as unknown as object)],
    ['Object.fromEntries', () => Object.fromEntries([canary] as unknown as [string, string][])],
    ['a call of what is no function', () => [1].map(canary as unknown as () => void)],
    ['a member that is read of nothing', () => (undefined as unknown as Record<string, unknown>)[canary]],
    ['structuredClone', () => structuredClone(Symbol(canary))],
    ['a header of Node', () => validateHeaderName(`${canary} `)],
    ['an argument check of Node', () => Buffer.alloc(canary as unknown as number)],
  ])('withholds what %s quotes, in message and stack', (_, run) => {
    const error = thrown(run);

    const text = JSON.stringify(redactError(error));

    expect(error.message).toContain(canary.slice(0, 6));
    expect(text).not.toContain(canary.slice(0, 6));
    expect(text).toContain('withheld');
  });
});
