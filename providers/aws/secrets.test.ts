import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FindQuery, ProviderClient } from '../../src/provider/contract.ts';
import { connectAws } from '../../test/support/aws-store.ts';
import type { CountingAws } from '../../test/support/counting-aws.ts';
import { startCountingAws } from '../../test/support/counting-aws.ts';
import type { FakeClock } from '../../test/support/fake-clock.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';

const never = new AbortController().signal;
const hour = 3_600_000;

let server: CountingAws;
let clock: FakeClock;
let client: ProviderClient;

beforeEach(async () => {
  clock = createFakeClock();
  server = await startCountingAws();
  client = await connect();
});

afterEach(async () => {
  await client[Symbol.asyncDispose]();
  await server.close();
});

function connect(fields: object = {}): Promise<ProviderClient> {
  return connectAws({ endpoint: server.url, clock, accessKeyId: server.accessKeyId, fields });
}

function fill(count: number, name: (index: number) => string): readonly string[] {
  return Array.from({ length: count }, (_, index) => server.set(name(index), `value ${index}`));
}

function refs(count: number, name: (index: number) => string): readonly { readonly key: string }[] {
  return Array.from({ length: count }, (_, index) => ({ key: name(index) }));
}

describe('the present versions of many secrets', () => {
  const net = (index: number): string => `net/${index}`;
  const versions = (wanted: Parameters<NonNullable<ProviderClient['versions']>>[0]): Promise<readonly (string | undefined)[]> | undefined => client.versions?.(wanted, never);

  it('are told by a list, a hundred to a call', async () => {
    const ids = fill(250, net);

    expect(await versions(refs(250, net))).toEqual(ids);
    expect([server.calls('ListSecrets'), server.calls()]).toEqual([3, 3]);
  });

  it('are those that a read returns', async () => {
    fill(45, net);
    server.set(net(7), 'turned');
    const told = await versions(refs(45, net));
    const results = await client.read(refs(20, net), never);

    expect(results.map((result) => result.kind === 'value' && result.version)).toEqual(told?.slice(0, 20));
  });

  it('are told of stages and ids, too, and by ARN; what must be read is undefined', async () => {
    fill(45, net);
    const old = server.set('net/turned', 'old');
    const present = server.set('net/turned', 'new');
    server.set('net/gone', 'v');
    server.markDeleted('net/gone');
    const arn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:net/turned';
    const special = [
      { key: 'net/turned' },
      { key: 'net/turned', version: 'AWSPREVIOUS' },
      { key: 'net/turned', version: `uuid/${old}` },
      { key: arn },
      { key: 'net/turned', version: 'uuid/none' },
      { key: 'net/turned', metadata: true as const },
      { key: 'net/gone' },
      { key: 'net/never' },
    ];

    expect((await versions([...special, ...refs(45, net)]))?.slice(0, special.length)).toEqual([present, old, old, present, undefined, undefined, undefined, undefined]);
  });

  it('are listed by how all names begin, so that others cost nothing', async () => {
    fill(500, (index) => `other/${index}`);
    fill(45, net);

    expect((await versions(refs(45, net)))?.every((id) => id !== undefined)).toBe(true);
    expect(server.calls()).toBe(1);
  });

  it('are not asked for where a read costs no more', async () => {
    fill(20, net);

    expect(await versions(refs(20, net))).toEqual(refs(20, net).map(() => undefined));
    expect(server.calls()).toBe(0);
  });

  it('are left alone for an hour where the account holds too many others', async () => {
    fill(1000, (index) => `net/other-${index}`);
    fill(60, net);
    const ask = async (): Promise<number> => {
      server.resetCalls();
      expect(await versions(refs(60, net))).toEqual(refs(60, net).map(() => undefined));
      return server.calls();
    };

    expect([await ask(), await ask()]).toEqual([2, 0]);
    await clock.advance(hour);
    expect(await ask()).toBe(2);
  });

  it('are denied as ListSecrets is, once an hour', async () => {
    fill(60, net);
    server.denyOperation('ListSecrets');

    await expect(versions(refs(60, net))).rejects.toMatchObject({ kind: 'denied', message: 'AWS denies secretsmanager:ListSecrets (AccessDeniedException); allow it to the identity of auth and role' });
    expect(await versions(refs(60, net))).toEqual(refs(60, net).map(() => undefined));
    expect(server.calls()).toBe(1);
    server.denyOperation('ListSecrets', false);
    await clock.advance(hour);
    expect((await versions(refs(60, net)))?.every((id) => id !== undefined)).toBe(true);
  });
});

describe('a search', () => {
  const found = async (query: FindQuery): Promise<readonly string[] | undefined> => (await client.find?.(query, never))?.map(({ key }) => key).toSorted();

  it('pairs the key of a tag with its value, which AWS does not', async () => {
    server.set('right', 'v', { team: 'chain', net: 'dev' });
    server.set('crossed', 'v', { team: 'dev', net: 'chain' });
    server.set('longer', 'v', { team: 'chain-2' });

    expect(await found({ tags: { team: 'chain' } })).toEqual(['right']);
  });

  it('reads what it finds twenty to a call', async () => {
    fill(130, (index) => `many/${index}`);

    expect(await found({ path: 'many/' })).toHaveLength(130);
    expect([server.calls('ListSecrets'), server.calls('BatchGetSecretValue'), server.calls('GetSecretValue')]).toEqual([2, 7, 0]);
  });

  it('looks at tags that no filter can say', async () => {
    server.set('odd', 'v', { 'k!': 'ünicode' });
    server.set('even', 'v');

    expect(await found({ tags: { 'k!': 'ünicode' } })).toEqual(['odd']);
  });

  it('does not find what is marked for deletion', async () => {
    server.set('here', 'v');
    server.set('leaving', 'v');
    server.markDeleted('leaving');

    expect(await found({})).toEqual(['here']);
  });

  it('fails as a whole where one value is denied: the others alone would look like all', async () => {
    fill(3, (index) => `s/${index}`);
    server.deny('s/1');

    await expect(client.find?.({ path: 's/' }, never)).rejects.toMatchObject({ kind: 'denied' });
  });

  it('finds names whatever the prefix of the store is, as External Secrets does', async () => {
    await using prefixed = await connect({ prefix: 'p/' });
    server.set('p/a', 'v');
    server.set('b', 'v');

    expect((await prefixed.find?.({}, never))?.map(({ key }) => key)).toEqual(['b', 'p/a']);
    expect((await prefixed.read([{ key: 'a' }], never))[0]?.kind).toBe('value');
  });
});

describe('the tags of a secret', () => {
  it('are read one by one, and absent where it is marked for deletion', async () => {
    server.set('a', 'canary', { team: 'chain', 'app.kubernetes.io/name': 'node' });
    server.set('b', 'v', { team: 'chain' });
    server.markDeleted('b');
    const results = await client.read([{ key: 'a', metadata: true }, { key: 'b', metadata: true }], never);

    expect(results[0]?.kind === 'value' && Buffer.from(results[0].value.reveal()).toString()).toBe('{"app.kubernetes.io/name":"node","team":"chain"}');
    expect(results[1]).toEqual({ kind: 'absent' });
    expect(inspect(results, { depth: 9 })).not.toContain('canary');
  });

  it('are denied one by one', async () => {
    server.set('a', 'v');
    server.deny('a');

    expect((await client.read([{ key: 'a', metadata: true }], never))[0]).toMatchObject({ kind: 'error', error: { kind: 'denied', message: 'AWS denies secretsmanager:DescribeSecret (AccessDeniedException); allow it to the identity of auth and role' } });
  });
});
