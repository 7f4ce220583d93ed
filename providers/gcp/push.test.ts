import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { ProviderClient, RemotePlace, RemoteWrite } from '../../src/provider/contract.ts';
import type { GcpBench } from '../../test/support/gcp-bench.ts';
import { openGcpBench, withGcpKey } from '../../test/support/gcp-bench.ts';
import type { StoredSecret } from '../../test/support/gcp-vault.ts';

const never = new AbortController().signal;
const mark = { 'managed-by': 'external-secrets' };
let bench: GcpBench;
let client: ProviderClient;

beforeEach(async () => {
  bench = await openGcpBench();
  client = await bench.connect();
});

afterEach(async () => {
  await client[Symbol.asyncDispose]();
  await bench[Symbol.asyncDispose]();
});

function envelope(spec: object): object {
  return { apiVersion: 'kubernetes.external-secrets.io/v1alpha1', kind: 'PushSecretMetadata', spec };
}

async function push(text: string, more: Partial<RemoteWrite> = {}, by = client): Promise<string | undefined> {
  const value = SecretBytes.fromUtf8(text);
  const source = { type: 'Opaque', labels: {}, annotations: {}, data: new Map([['k', value]]) };
  const result = await by.write?.({ remoteKey: 'a', secretKey: 'k', value, source, updatePolicy: 'Replace', ...more }, never);
  return result?.kind === 'error' ? `${result.error.kind}: ${result.error.message}` : result?.kind;
}

async function remove(place: Partial<RemotePlace> = {}): Promise<string | undefined> {
  const result = await client.remove?.({ remoteKey: 'a', ...place }, never);
  return result?.kind === 'error' ? `${result.error.kind}: ${result.error.message}` : result?.kind;
}

/** What is kept of a secret, its values as text. */
function kept(id = 'a', location?: string): Omit<StoredSecret, 'versions' | 'etag' | 'id' | 'location'> & { readonly values: readonly string[] } {
  const { labels, annotations, topics, replication, customerManagedEncryption, versions } = bench.secretManager.secret(id, location);
  return { labels, annotations, topics, replication: simple(replication), customerManagedEncryption: simple(customerManagedEncryption), values: versions.map(({ data }) => Buffer.from(data).toString()) };
}

/** A message without the members that gRPC adds for what is not said. */
function simple(message: unknown): unknown {
  if (typeof message !== 'object' || message === null) return message;
  if (Array.isArray(message)) return message.map(simple);
  return Object.fromEntries(Object.entries(message).filter(([name, value]) => value !== null && name !== 'replication').map(([name, value]) => [name, simple(value)]));
}

function methods(): readonly string[] {
  return bench.secretManager.calls.map(({ method }) => method);
}

describe('pushing to Google', () => {
  it('makes a secret that bears the mark, wherever Google likes', async () => {
    expect(await push('v')).toBe('written');

    expect(kept()).toEqual({ labels: mark, annotations: {}, topics: [], replication: { automatic: {} }, customerManagedEncryption: undefined, values: ['v'] });
    expect(methods()).toEqual(['GetSecret', 'CreateSecret', 'AddSecretVersion']);
  });

  it('adds no version where nothing has changed', async () => {
    await push('v');
    const before = methods().length;

    expect(await push('v')).toBe('unchanged');
    expect(methods().slice(before)).toEqual(['GetSecret', 'AccessSecretVersion']);
    expect(kept().values).toEqual(['v']);
  });

  it('makes it with labels, annotations, topics, regions and a key', async () => {
    const spec = { labels: { team: 'chain' }, annotations: { 'example.com/owner': 'me' }, topics: ['projects/project/topics/t'], cmekKeyName: 'projects/p/locations/l/keyRings/r/cryptoKeys/k', replicationLocation: 'europe-west1', replicationLocations: ['europe-west1', 'europe-west4'] };
    const customerManagedEncryption = { kmsKeyName: spec.cmekKeyName };
    expect(await push('v', { metadata: envelope(spec) })).toBe('written');

    expect(kept()).toEqual({
      labels: { team: 'chain', ...mark },
      annotations: spec.annotations,
      topics: spec.topics,
      replication: { userManaged: { replicas: ['europe-west1', 'europe-west4'].map((location) => ({ location, customerManagedEncryption })) } },
      customerManagedEncryption: undefined,
      values: ['v'],
    });
  });

  it('encrypts with a key also where Google chooses the regions', async () => {
    await push('v', { metadata: envelope({ cmekKeyName: 'projects/p/locations/global/keyRings/r/cryptoKeys/k' }) });

    expect(kept().replication).toEqual({ automatic: { customerManagedEncryption: { kmsKeyName: 'projects/p/locations/global/keyRings/r/cryptoKeys/k' } } });
  });

  it('makes a secret of a region without replication', async () => {
    await using regional = await bench.connect({ ...withGcpKey, location: 'europe-west1' });
    expect(await push('v', { metadata: envelope({ cmekKeyName: 'k' }) }, regional)).toBe('written');

    expect(kept('a', 'europe-west1')).toMatchObject({ labels: mark, replication: undefined, customerManagedEncryption: { kmsKeyName: 'k' }, values: ['v'] });
    expect(await push('v', { remoteKey: 'b', metadata: envelope({ replicationLocation: 'europe-west1' }) }, regional)).toContain('invalid: metadata.spec.replicationLocation: a secret of one region is not replicated');
    expect(await push('w', {}, regional)).toBe('written');
  });

  it.each([
    ['replaces', {}, { labels: { team: 'web', ...mark }, annotations: { note: 'n' }, topics: ['projects/project/topics/t'] }],
    ['merges', { mergePolicy: 'Merge' }, { labels: { team: 'web', old: '1', ...mark }, annotations: { old: '1', note: 'n' }, topics: ['projects/project/topics/t'] }],
  ])('%s labels and annotations as it is told', async (_, policy, expected) => {
    await push('v', { metadata: envelope({ labels: { team: 'chain', old: '1' }, annotations: { old: '1' } }) });
    const spec = { labels: { team: 'web' }, annotations: { note: 'n' }, topics: ['projects/project/topics/t'], ...policy };

    expect(await push('v', { metadata: envelope(spec) })).toBe('written');
    expect(kept()).toMatchObject({ ...expected, values: ['v'] });
    expect(await push('v', { metadata: envelope(spec) })).toBe('unchanged');
  });

  it('leaves labels and annotations of others alone where it says nothing of them', async () => {
    await push('v', { metadata: envelope({ labels: { team: 'chain' } }) });

    expect(await push('w')).toBe('written');
    expect(kept()).toMatchObject({ labels: { team: 'chain', ...mark }, values: ['v', 'w'] });
    expect(methods()).not.toContain('UpdateSecret');
  });

  it.each([
    ['metadata together with a property', { property: 'p', metadata: envelope({}) }, 'metadata: it cannot be said together with a property'],
    ['metadata that it does not know', { metadata: envelope({ colour: 'red' }) }, 'metadata.spec.colour: unknown field'],
    ["metadata that is another provider's", { metadata: { spec: {} } }, 'metadata.apiVersion'],
    ['a key that is no name', { remoteKey: 'a/b' }, 'the key cannot be the name of a secret'],
  ])('refuses %s, before anything is asked', async (_, more, message) => {
    const result = await push('v', more);

    expect(result).toContain(message);
    expect(result).toMatch(/^invalid: /);
    expect(bench.secretManager.calls).toEqual([]);
  });

  it('makes no secret for a value that Google does not keep', async () => {
    expect(await push('')).toBe('invalid: the value is empty, and Google Secret Manager keeps no empty value');
    expect(await push('x'.repeat(65_537))).toBe('invalid: the value would have 65537 bytes, and Google Secret Manager keeps 65536 at most');
    expect(await push('x'.repeat(65_536))).toBe('written');
    expect(await push('x'.repeat(65_530), { property: 'p', remoteKey: 'b' })).toContain('would have 65538 bytes');
  });

  it('completes a secret that was left without a value, also where it must not replace any', async () => {
    expect(await push('x'.repeat(65_530), { property: 'p' })).toContain('would have');
    expect(kept().values).toEqual([]);

    expect(await push('v', { updatePolicy: 'IfNotExists' })).toBe('written');
    expect(await push('w', { updatePolicy: 'IfNotExists' })).toBe('unchanged');
    expect(kept().values).toEqual(['v']);
  });

  it('pushes nothing over a value that somebody has disabled', async () => {
    await push('v');
    bench.secretManager.setState('a', 1, 'DISABLED');

    expect(await push('w')).toContain('invalid: the latest version of the secret is disabled or destroyed');
    expect(kept().values).toEqual(['v']);
  });

  it("neither marks nor changes what is somebody else's, with a property neither", async () => {
    bench.secretManager.set('a', '{"x":"theirs"}', { labels: { team: 'web' } });
    for (const more of [{}, { property: 'p' }, { metadata: envelope({ labels: { team: 'chain' } }) }]) {
      expect(await push('v', more)).toContain("invalid: the secret is there, without External Secrets' label managed-by=external-secrets, so it is somebody else's");
    }
    expect(await remove({ property: 'x' })).toContain('neither overwritten nor removed');

    expect(kept()).toMatchObject({ labels: { team: 'web' }, values: ['{"x":"theirs"}'] });
  });
});

describe('pushing to Google while others do', () => {
  it('looks again where another has changed the labels meanwhile', async () => {
    await push('v', { metadata: envelope({ labels: { team: 'chain' } }) });
    let times = 0;
    bench.secretManager.meanwhile('UpdateSecret', () => {
      times += 1;
      const secret = bench.secretManager.secret('a');
      if (times === 1) Object.assign(secret, { labels: { ...secret.labels, theirs: 'x' }, etag: '"new"' });
    });

    expect(await push('v', { metadata: envelope({ labels: { team: 'web' }, mergePolicy: 'Merge' }) })).toBe('written');
    expect(kept().labels).toEqual({ team: 'web', theirs: 'x', ...mark });
    expect(times).toBe(2);
  });

  it('does not overwrite what another has made meanwhile', async () => {
    bench.secretManager.meanwhile('CreateSecret', () => void bench.secretManager.set('a', 'theirs'));

    expect(await push('v')).toContain('somebody else');
    expect(kept().values).toEqual(['theirs']);
  });

  it('takes along the properties that another has pushed meanwhile', async () => {
    await push('1', { property: 'a' });
    let times = 0;
    bench.secretManager.meanwhile('AddSecretVersion', () => {
      times += 1;
      if (times === 1) bench.secretManager.set('a', '{"a":"1","theirs":"x"}');
    });

    expect(await push('2', { property: 'b' })).toBe('written');
    expect(kept().values.at(-1)).toBe('{"a":"1","theirs":"x","b":"2"}');
    expect(kept().values).toHaveLength(4);
  });

  it('gives up where others are always faster', async () => {
    await push('v', { metadata: envelope({ labels: { team: 'chain' } }) });
    bench.secretManager.meanwhile('UpdateSecret', () => void Object.assign(bench.secretManager.secret('a'), { etag: `"${Math.random()}"` }));

    expect(await push('v', { metadata: envelope({ labels: { team: 'web' } }) })).toContain('(FAILED_PRECONDITION)');
    expect(bench.secretManager.count('UpdateSecret')).toBe(5);
  });

  it('removes a secret only as it was seen', async () => {
    await push('v');
    bench.secretManager.meanwhile('DeleteSecret', () => void Object.assign(bench.secretManager.secret('a'), { labels: {}, etag: '"theirs"' }));

    expect(await remove()).toContain('somebody else');
    expect(kept().values).toEqual(['v']);
  });
});
