import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { ProviderClient } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { Mood } from '../support/moody-server.ts';
import { unquotable } from '../support/moody-server.ts';

/** An adapter that speaks HTTP, with a service behind it that a test can break. */
export interface HttpServiceBench {
  readonly connect: () => Promise<ProviderClient>;
  /** Keys of two values that are there, and one of none. */
  readonly keys: readonly [string, string, string];
  readonly behave: (mood: Mood) => void;
  readonly requests: () => number;
  /** What no message may hold: the values and the credentials. */
  readonly values: readonly string[];
  readonly close: () => Promise<void>;
}

const never = new AbortController().signal;

/** What each mood means, whatever is asked. */
const meanings: readonly (readonly [mood: Mood, kind: RegExp])[] = [
  ['refusing', /^denied$/],
  ['down', /^unavailable$/],
  ['garbled', /^unavailable$/],
  ['throttling', /^throttled$/],
  ['redirecting', /^invalid$/],
  // never absent: that something else stands at the address says nothing of any value
  ['elsewhere', /^(unavailable|denied|invalid)$/],
];

/** What a call failed with, thrown or told as the result of each. */
async function failuresOf(act: () => Promise<unknown>): Promise<readonly ProviderError[]> {
  try {
    const told = await act();
    return (Array.isArray(told) ? told : [told]).map((result: unknown) => {
      const error: unknown = typeof result === 'object' && result !== null ? Reflect.get(result, 'error') : undefined;
      if (error instanceof ProviderError) return error;
      throw new Error(`it came to a result: ${inspect(result)}`);
    });
  } catch (error) {
    if (error instanceof ProviderError) return [error];
    throw error;
  }
}

/** What every adapter does that speaks HTTP, whatever it is asked and whatever the service answers. */
export function httpServiceContract(name: string, open: () => Promise<HttpServiceBench>): void {
  describe(`${name}, as every adapter that speaks HTTP`, () => {
    let bench: HttpServiceBench;

    beforeEach(async () => {
      bench = await open();
    });

    afterEach(async () => {
      await bench.close();
    });

    function callsOf(client: ProviderClient): Readonly<Record<string, () => Promise<unknown>>> {
      const [one, other, none] = bench.keys;
      const value = SecretBytes.fromUtf8('canary-pushed');
      const source = { type: 'Opaque', labels: {}, annotations: {}, data: new Map([['k', value]]) };
      const { find, write, remove, validate } = client;
      return {
        'read one': () => client.read([{ key: one }], never),
        'read several': () => client.read([{ key: one }, { key: other }, { key: none }], never),
        ...(find === undefined ? {} : { find: () => find({}, never) }),
        ...(write === undefined ? {} : { write: () => write({ remoteKey: one, secretKey: 'k', value, source, updatePolicy: 'Replace' }, never) }),
        ...(remove === undefined ? {} : { remove: () => remove({ remoteKey: one }, never) }),
        ...(validate === undefined ? {} : { validate: () => validate(never) }),
      };
    }

    async function check(client: ProviderClient, mood: Mood, kind: RegExp): Promise<void> {
      bench.behave(mood);
      for (const [call, act] of Object.entries(callsOf(client))) {
        for (const error of await failuresOf(act)) {
          expect(`${call}: ${error.kind}`).toMatch(new RegExp(`^${call}: ${kind.source.slice(1)}`));
          if (mood === 'throttling') expect(error.retryAfter).toBe(7_000);
          const text = inspect(error, { depth: 9, showHidden: true });
          for (const secret of [unquotable, 'canary-pushed', ...bench.values]) expect(text).not.toContain(secret);
        }
      }
    }

    it.each(meanings)('takes a service that is %s for that, from the first request on', async (mood, kind) => {
      await using client = await bench.connect();
      await check(client, mood, kind);
      bench.behave('well');
      expect((await client.read(bench.keys.map((key) => ({ key })), never)).map((result) => result.kind)).toEqual(['value', 'value', 'absent']);
    });

    it.each(meanings)('takes a service that is %s for that, after it was well', async (mood, kind) => {
      await using client = await bench.connect();
      expect((await client.read([{ key: bench.keys[0] }, { key: bench.keys[1] }], never)).map((result) => result.kind)).toEqual(['value', 'value']);
      await check(client, mood, kind);
    });

    it('finds its credentials good where they are', async () => {
      await using client = await bench.connect();
      expect(await client.validate?.(never)).toBe('valid');
    });
  });
}
