import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProviderClient, ReadResult, RemoteRef } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';

/** A provider with a service behind it that a test can fill and break. A fresh one is opened for each clause. */
export interface ProviderBench {
  /** Connects with credentials that work, or under conditions in which nothing can be read. */
  readonly connect: (condition?: 'refused' | 'down' | 'hanging') => Promise<ProviderClient>;
  /** Stores a new current value. Returns how a reference names just this version, where the provider has versions. */
  readonly store: (key: string, value: Uint8Array) => Promise<string | undefined>;
  readonly remove?: (key: string) => Promise<void>;
  /** Denies the credentials that work this one key. */
  readonly deny?: (key: string) => Promise<void>;
  /** A key that the service refuses as such, and does not just not have. */
  readonly impossibleKey?: string;
  readonly close: () => Promise<void>;
}

/**
 * A clause that a provider cannot keep, with the reason. It still is a test: `instead` shows what the provider does,
 * its documented refusal.
 */
export interface Exemption {
  readonly clause: string;
  readonly because: string;
  readonly instead: (bench: ProviderBench) => Promise<void>;
}

const never = new AbortController().signal;
const canary = 'canary-4f1c9a';

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function textsOf(results: readonly ReadResult[]): readonly string[] {
  return results.map((result) => (result.kind === 'value' ? new TextDecoder().decode(result.value.reveal()) : result.kind));
}

function kindOf(result: ReadResult | undefined): string | undefined {
  return result?.kind === 'error' ? result.error.kind : result?.kind;
}

/** What a read under a broken condition came to for each reference, thrown for all or told for each. */
async function kindsOf(client: ProviderClient, refs: readonly RemoteRef[], signal = never): Promise<readonly (string | undefined)[]> {
  try {
    return (await client.read(refs, signal)).map(kindOf);
  } catch (error) {
    if (error instanceof ProviderError) return refs.map(() => error.kind);
    throw error;
  }
}

type Clause = (bench: ProviderBench, client: ProviderClient) => Promise<void>;

const clauses: Readonly<Record<string, Clause>> = {
  'returns text as it was stored': async (bench, client) => {
    await bench.store('text', bytes('line\nß "quoted" \u{1f511}\n'));
    expect(textsOf(await client.read([{ key: 'text' }], never))).toEqual(['line\nß "quoted" \u{1f511}\n']);
  },
  'returns bytes as they were stored, NUL and what is no UTF-8 among them': async (bench, client) => {
    await bench.store('binary', Uint8Array.of(0, 0xff, 10, 0xc3));
    const [result] = await client.read([{ key: 'binary' }], never);
    expect(result?.kind === 'value' && [...result.value.reveal()]).toEqual([0, 0xff, 10, 0xc3]);
  },
  'returns an empty value as a value': async (bench, client) => {
    await bench.store('empty', bytes(''));
    expect(textsOf(await client.read([{ key: 'empty' }], never))).toEqual(['']);
  },
  'answers a full batch in the order of the references, absent ones among them': async (bench, client) => {
    const refs = Array.from({ length: Math.min(client.batchSize, 20) }, (_, index) => ({ key: `many/${index}` }));
    for (const [index, { key }] of refs.entries()) if (index % 3 !== 1) await bench.store(key, bytes(`value ${index}`));
    expect(textsOf(await client.read(refs, never))).toEqual(refs.map((_, index) => (index % 3 === 1 ? 'absent' : `value ${index}`)));
  },
  'answers the same key asked for twice at once': async (bench, client) => {
    await bench.store('twice', bytes('v'));
    expect(textsOf(await client.read([{ key: 'twice' }, { key: 'twice' }], never))).toEqual(['v', 'v']);
  },
  'answers no references with no results': async (_, client) => {
    expect(await client.read([], never)).toEqual([]);
  },
  'says absent for a key that was never stored, alone and among others': async (bench, client) => {
    await bench.store('there', bytes('v'));
    expect(textsOf(await client.read([{ key: 'nowhere' }], never))).toEqual(['absent']);
    expect(textsOf(await client.read([{ key: 'nowhere' }, { key: 'there' }], never))).toEqual(['absent', 'v']);
  },
  'says absent for a key that was removed': async (bench, client) => {
    await bench.store('removed', bytes('v'));
    await bench.store('kept', bytes('v'));
    await bench.remove?.('removed');
    expect(textsOf(await client.read([{ key: 'removed' }, { key: 'kept' }], never))).toEqual(['absent', 'v']);
    expect(textsOf(await client.read([{ key: 'removed' }], never))).toEqual(['absent']);
  },
  'follows a new current value, and finds the old one by its version': async (bench, client) => {
    const first = await bench.store('turned', bytes('old'));
    await bench.store('turned', bytes('new'));
    expect(first).toBeDefined();
    expect(textsOf(await client.read([{ key: 'turned' }, { key: 'turned', version: first! }], never))).toEqual(['new', 'old']);
  },
  'says absent for a version that is not there': async (bench, client) => {
    await bench.store('versioned', bytes('v'));
    expect(textsOf(await client.read([{ key: 'versioned', version: 'no-such-stage' }], never))).toEqual(['absent']);
  },
  'fails a denied key as denied, and no other': async (bench, client) => {
    await bench.store('mine', bytes('v'));
    await bench.store('theirs', bytes(canary));
    await bench.deny!('theirs');
    const results = await client.read([{ key: 'mine' }, { key: 'theirs' }, { key: 'nowhere' }], never);
    expect(results.map(kindOf)).toEqual(['value', 'denied', 'absent']);
    expect(inspect(results, { depth: 9, showHidden: true })).not.toContain(canary);
  },
  'lets an impossible key fail alone': async (bench, client) => {
    await bench.store('possible', bytes('v'));
    const [impossible, possible] = await client.read([{ key: bench.impossibleKey! }, { key: 'possible' }], never);
    expect(kindOf(impossible)).toMatch(/^(invalid|absent)$/);
    expect(kindOf(possible)).toBe('value');
  },
  'says denied, and never absent, where its credentials are refused': async (bench) => {
    await using client = await bench.connect('refused');
    expect(await kindsOf(client, [{ key: 'a' }, { key: 'b' }])).toEqual(['denied', 'denied']);
    expect(await kindsOf(client, [{ key: 'a' }])).toEqual(['denied']);
  },
  'says unavailable, and never absent, in an outage': async (bench) => {
    await using client = await bench.connect('down');
    expect(await kindsOf(client, [{ key: 'a' }, { key: 'b' }])).toEqual(['unavailable', 'unavailable']);
    expect(await kindsOf(client, [{ key: 'a' }])).toEqual(['unavailable']);
  },
  'ends at once when its signal aborts, with the reason': async (bench) => {
    await using client = await bench.connect('hanging');
    const reason = new Error('nobody waits any more');
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 50);
    await expect(client.read([{ key: 'a' }, { key: 'b' }], controller.signal)).rejects.toBe(reason);
    await expect(client.read([{ key: 'a' }], AbortSignal.abort(reason))).rejects.toBe(reason);
  },
  'serves reads side by side': async (bench, client) => {
    const keys = Array.from({ length: 10 }, (_, index) => `side/${index}`);
    for (const key of keys) await bench.store(key, bytes(key));
    const answers = await Promise.all(keys.map((key) => client.read([{ key }], never)));
    expect(answers.flatMap(textsOf)).toEqual(keys);
  },
  'is disposed more than once without complaint': async (_, client) => {
    await client[Symbol.asyncDispose]();
    await expect(client[Symbol.asyncDispose]()).resolves.toBeUndefined();
  },
};

/** Runs the shared clauses against a provider. Called from the provider's own tests. */
export function providerContract(name: string, open: () => Promise<ProviderBench>, exemptions: readonly Exemption[] = []): void {
  describe(`${name} keeps the provider contract`, () => {
    let bench: ProviderBench;
    beforeEach(async () => {
      bench = await open();
    });
    afterEach(async () => {
      await bench.close();
    });

    for (const [title, clause] of Object.entries(clauses)) {
      const exemption = exemptions.find((one) => one.clause === title);
      it(exemption === undefined ? title : `${title}: not this one, because ${exemption.because}`, async () => {
        if (exemption !== undefined) return exemption.instead(bench);
        await using client = await bench.connect();
        return clause(bench, client);
      });
    }

    it('is exempt from clauses only that there are', () => {
      expect(exemptions.map(({ clause }) => clause).filter((title) => !Object.hasOwn(clauses, title))).toEqual([]);
    });
  });
}
