import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { FindQuery, NamePattern, ProviderClient, ReadResult, RemoteRef, RemoteWrite, RemoveResult, WriteResult } from '../../src/provider/contract.ts';
import { selectProperty } from '../../src/provider/property.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';

/** A provider with a service behind it that a test can fill and break. A fresh one is opened for each clause. */
export interface ProviderBench {
  /** Connects with credentials that work, or under conditions in which nothing can be read. */
  readonly connect: (condition?: 'refused' | 'down' | 'hanging') => Promise<ProviderClient>;
  /** Stores a new current value, as somebody else does. Returns how a reference names just this version, where the provider has versions. */
  readonly store: (key: string, value: Uint8Array, tags?: Readonly<Record<string, string>>) => Promise<string | undefined>;
  /** For a provider that keeps members and no text: the one that `store` stores under, and that stands for a whole value in these clauses. */
  readonly member?: string;
  /** How many values fit one page of a search; absent: it has no pages. */
  readonly pageSize?: number;
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

/** The bytes that `store` stored, in what was read. */
function storedIn({ member }: ProviderBench, value: SecretBytes): Uint8Array {
  return (member === undefined ? value : selectProperty(value, member, 'path-only'))?.reveal() ?? bytes('no such member');
}

function textsOf(bench: ProviderBench, results: readonly ReadResult[]): readonly string[] {
  return results.map((result) => (result.kind === 'value' ? new TextDecoder().decode(storedIn(bench, result.value)) : result.kind));
}

/** What is found, by key. */
async function found(bench: ProviderBench, client: ProviderClient, query: FindQuery): Promise<Readonly<Record<string, string>>> {
  const values = (await client.find?.(query, never)) ?? [];
  return Object.fromEntries(values.map(({ key, value }) => [key, new TextDecoder().decode(storedIn(bench, value))]));
}

function named(source: string): NamePattern {
  const pattern = new RegExp(source);
  return { source, matches: (name) => pattern.test(name) };
}

/** A write of one value; without a property, of a value as a whole. */
function writeOf({ member }: ProviderBench, remoteKey: string, text: string, more: { readonly property?: string; readonly updatePolicy?: RemoteWrite['updatePolicy'] } = {}): RemoteWrite {
  const value = SecretBytes.fromUtf8(text);
  const property = more.property ?? member;
  const source = { type: 'Opaque', labels: {}, annotations: {}, data: new Map([['k', value]]) };
  return { remoteKey, ...(property === undefined ? {} : { property }), secretKey: 'k', value, source, updatePolicy: more.updatePolicy ?? 'Replace' };
}

async function write(client: ProviderClient, one: RemoteWrite): Promise<string> {
  return resultText(await client.write?.(one, never));
}

async function remove(client: ProviderClient, remoteKey: string, property?: string): Promise<string> {
  return resultText(await client.remove?.({ remoteKey, ...(property === undefined ? {} : { property }) }, never));
}

function resultText(result: WriteResult | RemoveResult | undefined): string {
  return result?.kind === 'error' ? result.error.kind : (result?.kind ?? 'no such call');
}

async function readText(bench: ProviderBench, client: ProviderClient, key: string): Promise<string> {
  return textsOf(bench, await client.read([{ key }], never))[0] ?? 'nothing';
}

/** What is stored under a key as an object, whether or not the provider keeps members. */
async function readObject(client: ProviderClient, key: string): Promise<unknown> {
  const [result] = await client.read([{ key }], never);
  return result?.kind === 'value' ? JSON.parse(new TextDecoder().decode(result.value.reveal())) : result?.kind;
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

const readClauses: Readonly<Record<string, Clause>> = {
  'returns text as it was stored': async (bench, client) => {
    await bench.store('text', bytes('line\nß "quoted" \u{1f511}\n'));
    expect(textsOf(bench, await client.read([{ key: 'text' }], never))).toEqual(['line\nß "quoted" \u{1f511}\n']);
  },
  'returns bytes as they were stored, NUL and what is no UTF-8 among them': async (bench, client) => {
    await bench.store('binary', Uint8Array.of(0, 0xff, 10, 0xc3));
    const [result] = await client.read([{ key: 'binary' }], never);
    expect(result?.kind === 'value' && [...storedIn(bench, result.value)]).toEqual([0, 0xff, 10, 0xc3]);
  },
  'returns an empty value as a value': async (bench, client) => {
    await bench.store('empty', bytes(''));
    expect(textsOf(bench, await client.read([{ key: 'empty' }], never))).toEqual(['']);
  },
  'answers a full batch in the order of the references, absent ones among them': async (bench, client) => {
    const refs = Array.from({ length: Math.min(client.batchSize, 20) }, (_, index) => ({ key: `many-${index}` }));
    for (const [index, { key }] of refs.entries()) if (index % 3 !== 1) await bench.store(key, bytes(`value ${index}`));
    expect(textsOf(bench, await client.read(refs, never))).toEqual(refs.map((_, index) => (index % 3 === 1 ? 'absent' : `value ${index}`)));
  },
  'answers the same key asked for twice at once': async (bench, client) => {
    await bench.store('twice', bytes('v'));
    expect(textsOf(bench, await client.read([{ key: 'twice' }, { key: 'twice' }], never))).toEqual(['v', 'v']);
  },
  'answers no references with no results': async (_, client) => {
    expect(await client.read([], never)).toEqual([]);
  },
  'says absent for a key that was never stored, alone and among others': async (bench, client) => {
    await bench.store('there', bytes('v'));
    expect(textsOf(bench, await client.read([{ key: 'nowhere' }], never))).toEqual(['absent']);
    expect(textsOf(bench, await client.read([{ key: 'nowhere' }, { key: 'there' }], never))).toEqual(['absent', 'v']);
  },
  'says absent for a key that was removed': async (bench, client) => {
    await bench.store('removed', bytes('v'));
    await bench.store('kept', bytes('v'));
    await bench.remove?.('removed');
    expect(textsOf(bench, await client.read([{ key: 'removed' }, { key: 'kept' }], never))).toEqual(['absent', 'v']);
    expect(textsOf(bench, await client.read([{ key: 'removed' }], never))).toEqual(['absent']);
  },
  'follows a new current value, and finds the old one by its version': async (bench, client) => {
    const first = await bench.store('turned', bytes('old'));
    await bench.store('turned', bytes('new'));
    expect(first).toBeDefined();
    expect(textsOf(bench, await client.read([{ key: 'turned' }, { key: 'turned', version: first! }], never))).toEqual(['new', 'old']);
  },
  'says absent for a version that is not there': async (bench, client) => {
    await bench.store('versioned', bytes('v'));
    expect(textsOf(bench, await client.read([{ key: 'versioned', version: 'no-such-stage' }], never))).toEqual(['absent']);
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
    const keys = Array.from({ length: 10 }, (_, index) => `side-${index}`);
    for (const key of keys) await bench.store(key, bytes(key));
    const answers = await Promise.all(keys.map((key) => client.read([{ key }], never)));
    expect(answers.flatMap((results) => textsOf(bench, results))).toEqual(keys);
  },
  'is disposed more than once without complaint': async (_, client) => {
    await client[Symbol.asyncDispose]();
    await expect(client[Symbol.asyncDispose]()).resolves.toBeUndefined();
  },
};

const findClauses: Readonly<Record<string, Clause>> = {
  'finds values by a pattern that matches anywhere in their names': async (bench, client) => {
    for (const key of ['find-one', 'find-two', 'other']) await bench.store(key, bytes(`v ${key}`));
    expect(await found(bench, client, { name: named('^find-') })).toEqual({ 'find-one': 'v find-one', 'find-two': 'v find-two' });
    expect(await found(bench, client, { name: named('the') })).toEqual({ other: 'v other' });
  },
  'finds values that have all tags of a query': async (bench, client) => {
    await bench.store('both', bytes('1'), { team: 'chain', net: 'dev' });
    await bench.store('one', bytes('2'), { team: 'chain', net: 'main' });
    await bench.store('none', bytes('3'));
    expect(await found(bench, client, { tags: { team: 'chain', net: 'dev' } })).toEqual({ both: '1' });
    expect(await found(bench, client, { tags: { team: 'chain' }, name: named('^o') })).toEqual({ one: '2' });
  },
  'finds values below a path': async (bench, client) => {
    for (const key of ['below/a', 'below/b', 'above/c']) await bench.store(key, bytes(key));
    expect(await found(bench, client, { path: 'below/' })).toEqual({ 'below/a': 'below/a', 'below/b': 'below/b' });
    expect(await found(bench, client, { path: 'below/', name: named('b$') })).toEqual({ 'below/b': 'below/b' });
  },
  'says with an empty list that it found nothing': async (bench, client) => {
    await bench.store('there', bytes('v'));
    expect(await client.find?.({ name: named('^nowhere$') }, never)).toEqual([]);
  },
  'finds what lies on several pages, each value once': async (bench, client) => {
    const keys = Array.from({ length: (bench.pageSize ?? 10) * 2 + 1 }, (_, index) => `page-${index}`);
    await Promise.all(keys.map((key) => bench.store(key, bytes(key))));
    const values = (await client.find?.({ name: named('^page-') }, never)) ?? [];
    expect(values.map(({ key }) => key).toSorted()).toEqual(keys.toSorted());
  },
  'never takes refused credentials for nothing found': async (bench) => {
    await using client = await bench.connect('refused');
    await expect(client.find?.({ name: named('.') }, never)).rejects.toMatchObject({ name: 'ProviderError', kind: 'denied' });
  },
  'never takes an outage for nothing found': async (bench) => {
    await using client = await bench.connect('down');
    await expect(client.find?.({ name: named('.') }, never)).rejects.toMatchObject({ name: 'ProviderError', kind: 'unavailable' });
  },
};

const metadataClauses: Readonly<Record<string, Clause>> = {
  'returns the metadata of a value as a JSON object, and none of the value': async (bench, client) => {
    await bench.store('tagged', bytes(canary), { team: 'chain' });
    const [metadata, absent] = await client.read([{ key: 'tagged', metadata: true }, { key: 'nowhere', metadata: true }], never);
    const text = metadata?.kind === 'value' ? new TextDecoder().decode(metadata.value.reveal()) : '';
    expect(JSON.stringify(JSON.parse(text))).toContain('"team":"chain"');
    expect(text).not.toContain(canary);
    expect(absent?.kind).toBe('absent');
  },
};

const writeClauses: Readonly<Record<string, Clause>> = {
  'writes a value that is read back, and an empty one': async (bench, client) => {
    expect(await write(client, writeOf(bench, 'written', 'line\nß'))).toBe('written');
    expect(await write(client, writeOf(bench, 'hollow', ''))).toBe('written');
    expect([await readText(bench, client, 'written'), await readText(bench, client, 'hollow')]).toEqual(['line\nß', '']);
  },
  'replaces a value that it wrote, and says unchanged where it is the same': async (bench, client) => {
    expect(await write(client, writeOf(bench, 'turned', 'old'))).toBe('written');
    expect(await write(client, writeOf(bench, 'turned', 'old'))).toBe('unchanged');
    expect(await write(client, writeOf(bench, 'turned', 'new'))).toBe('written');
    expect(await readText(bench, client, 'turned')).toBe('new');
  },
  'leaves with IfNotExists what is there, and writes what is not': async (bench, client) => {
    await bench.store('theirs', bytes('theirs'));
    expect(await write(client, writeOf(bench, 'theirs', 'mine', { updatePolicy: 'IfNotExists' }))).toBe('unchanged');
    expect(await write(client, writeOf(bench, 'mine', 'mine', { updatePolicy: 'IfNotExists' }))).toBe('written');
    expect([await readText(bench, client, 'theirs'), await readText(bench, client, 'mine')]).toEqual(['theirs', 'mine']);
  },
  'writes properties of one value beside each other': async (bench, client) => {
    expect(await write(client, writeOf(bench, 'object', '1', { property: 'a' }))).toBe('written');
    expect(await write(client, writeOf(bench, 'object', '2', { property: 'b' }))).toBe('written');
    expect(await write(client, writeOf(bench, 'object', '3', { property: 'b', updatePolicy: 'IfNotExists' }))).toBe('unchanged');
    expect(await readObject(client, 'object')).toEqual({ a: '1', b: '2' });
  },
  "neither overwrites nor removes what is somebody else's": async (bench, client) => {
    await bench.store('theirs', bytes(canary));
    expect(await write(client, writeOf(bench, 'theirs', 'mine'))).toBe('invalid');
    expect(await remove(client, 'theirs')).toBe('invalid');
    expect(await readText(bench, client, 'theirs')).toBe(canary);
  },
  'removes what it wrote, and says absent the second time': async (bench, client) => {
    await write(client, writeOf(bench, 'gone', 'v'));
    expect(await remove(client, 'gone', bench.member)).toBe('removed');
    expect(await remove(client, 'gone', bench.member)).toBe('absent');
    expect((await client.read([{ key: 'gone' }], never))[0]?.kind).toBe('absent');
  },
  'removes one property and leaves the others; with the last one the value goes': async (bench, client) => {
    for (const property of ['a', 'b']) await write(client, writeOf(bench, 'object', property, { property }));
    expect(await remove(client, 'object', 'a')).toBe('removed');
    expect(await remove(client, 'object', 'a')).toBe('absent');
    expect(await readObject(client, 'object')).toEqual({ b: 'b' });
    expect(await remove(client, 'object', 'b')).toBe('removed');
    expect(await readObject(client, 'object')).toBe('absent');
  },
  'says denied where refused credentials write or remove': async (bench) => {
    await using client = await bench.connect('refused');
    expect(await write(client, writeOf(bench, 'a', canary))).toBe('denied');
    expect(await remove(client, 'a', bench.member)).toBe('denied');
  },
  'says unavailable where it writes or removes in an outage': async (bench) => {
    await using client = await bench.connect('down');
    expect(await write(client, writeOf(bench, 'a', canary))).toBe('unavailable');
    expect(await remove(client, 'a', bench.member)).toBe('unavailable');
  },
};

const clauses = { ...readClauses, ...findClauses, ...metadataClauses, ...writeClauses };

/** Exemptions of a provider that can only read: each shows that it says so. */
export const readsOnly: readonly Exemption[] = [
  ...Object.keys(findClauses).map((clause) => exemptionBy(clause, 'it cannot search', async (client) => expect(client.find).toBeUndefined())),
  ...Object.keys(writeClauses).map((clause) => exemptionBy(clause, 'it cannot be written to', async (client) => expect([client.write, client.remove]).toEqual([undefined, undefined]))),
];

/** An exemption whose refusal shows on a client with credentials that work. */
export function exemptionBy(clause: string, because: string, shows: (client: ProviderClient) => Promise<void>): Exemption {
  return {
    clause,
    because,
    instead: async (bench) => {
      await using client = await bench.connect();
      await shows(client);
    },
  };
}

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
        // awaited, so that the client is not disposed before
        await clause(bench, client);
      });
    }

    it('is exempt from clauses only that there are', () => {
      expect(exemptions.map(({ clause }) => clause).filter((title) => !Object.hasOwn(clauses, title))).toEqual([]);
    });
  });
}
