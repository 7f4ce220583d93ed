import { execFileSync } from 'node:child_process';
import { link, mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { ProviderClient, ReadResult } from '../../src/provider/contract.ts';
import { createRegistry, erase } from '../../src/provider/registry.ts';
import { createStoreReader } from '../../src/provider/read-planner.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { noContext, noServices } from '../../test/support/generator-context.ts';
import { file } from './index.ts';
import { readFileBelow } from './safe-open.ts';

const never = new AbortController().signal;
const registry = createRegistry([erase(file)]);
let root: string;
let store: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'file-'));
  store = join(root, 'store');
  await mkdir(store);
  await writeFile(join(store, 'a'), 'value of a');
  await writeFile(join(root, 'outside'), 'canary');
});

afterEach(() => rm(root, { recursive: true }));

function connect(path = store, roots = root): Promise<ProviderClient> {
  return registry.configure({ file: { path } }).connect({ ...noContext, clock: createFakeClock(), environment: new Map([['PRELUDE_FILE_PROVIDER_ROOTS', roots]]) }, never);
}

function told(result: ReadResult | undefined): string | undefined {
  if (result?.kind === 'error') return `${result.error.kind}: ${result.error.message}`;
  return result?.kind === 'value' ? Buffer.from(result.value.reveal()).toString() : result?.kind;
}

async function read(key: string): Promise<string | undefined> {
  return told((await (await connect()).read([{ key }], never))[0]);
}

async function failure(asking: Promise<unknown>): Promise<string> {
  return asking.then(
    () => 'nothing failed',
    (error: unknown) => String(error),
  );
}

/** A volume as the kubelet writes and renews it: names lead to `..data`, which leads to a directory of each time's own. */
async function renew(time: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(join(store, `..${time}`));
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(store, `..${time}`, name), text);
    await symlink(join('..data', name), join(store, name)).catch(() => {});
  }
  await symlink(`..${time}`, join(store, '..data_tmp'));
  await rename(join(store, '..data_tmp'), join(store, '..data'));
}

describe('a key of a directory', () => {
  it.each([
    ['../outside', 'has .. in it'],
    ['a/../../outside', 'has .. in it'],
    ['/etc/hostname', 'is absolute'],
    ['a\0b', 'has a NUL in it'],
    ['', 'has an empty part, or . in it'],
    ['./a', 'has an empty part, or . in it'],
    ['a//b', 'has an empty part, or . in it'],
    ['x'.repeat(1025), 'has more than 1024 characters'],
  ])('%j is refused', async (key, why) => {
    expect(await read(key)).toMatch(new RegExp(`^invalid: ".*" ${why.replace('.', String.raw`\.`)}`, 's'));
  });

  it('whose parts are too long for the system is refused', async () => {
    expect(await read('x'.repeat(300))).toMatch(/^invalid: .*it is too long$/);
  });

  it('that goes on behind a file is absent', async () => {
    expect(await read('a/b')).toBe('absent');
  });
});

describe('a link', () => {
  it('within the directory is followed', async () => {
    await symlink('a', join(store, 'b'));
    await symlink(join(store, 'a'), join(store, 'c'));

    expect([await read('b'), await read('c')]).toEqual(['value of a', 'value of a']);
  });

  it.each([
    ['a file outside', 'outside', ''],
    ['a directory outside', '.', '/outside'],
    ['a directory whose name begins like that of the store', 'store-of-others', '/a'],
  ])('to %s is denied', async (_, target, rest) => {
    await mkdir(join(root, 'store-of-others'));
    await writeFile(join(root, 'store-of-others', 'a'), 'canary');
    await symlink(join(root, target), join(store, 'out'));

    expect(await read(`out${rest}`)).toBe(`denied: "out${rest}" leads out of the directory of the store`);
    expect(await failure((await connect()).find?.({}, never) ?? Promise.resolve())).toContain('leads out of the directory of the store');
  });

  it('to nothing is absent, and one to itself is none of ours to say', async () => {
    await symlink('nothing', join(store, 'dangling'));
    await symlink('loop', join(store, 'loop'));

    expect([await read('dangling'), await read('loop')]).toEqual(['absent', 'unavailable: "loop" cannot be read (ELOOP)']);
  });

  it('that changes while it is looked at is never read where it leads', async () => {
    await mkdir(join(store, 'real'));
    await writeFile(join(store, 'real', 'key'), 'good');
    await mkdir(join(root, 'evil'));
    await writeFile(join(root, 'evil', 'key'), 'canary');
    await symlink('real', join(store, 'turn'));
    const stop = new AbortController();
    const turn = (async () => {
      for (let round = 0; !stop.signal.aborted; round += 1) {
        await symlink(round % 2 === 0 ? join(root, 'evil') : 'real', join(store, 'next'));
        await rename(join(store, 'next'), join(store, 'turn'));
      }
    })();
    const seen = new Set<string>();
    for (let round = 0; round < 300; round += 1) {
      const content = await readFileBelow(store, 'turn/key').catch((error: unknown) => (error instanceof Error ? error : new Error('none')));
      seen.add(content instanceof Error ? content.message : Buffer.from(content?.value.reveal() ?? []).toString());
    }
    stop.abort();
    await turn;

    expect([...seen].filter((text) => text.includes('canary'))).toEqual([]);
    expect(seen).toContain('good');
  });
});

describe('what is no regular file', () => {
  it('is refused without waiting for it', async () => {
    execFileSync('mkfifo', [join(store, 'pipe')]);
    await mkdir(join(store, 'directory'));

    expect([await read('pipe'), await read('directory')]).toEqual(['invalid: "pipe" is not a regular file', 'invalid: "directory" is not a regular file']);
  });

  it('is a file of more than a Secret holds', async () => {
    await writeFile(join(store, 'full'), 'x'.repeat(1024 * 1024));
    await writeFile(join(store, 'large'), 'x'.repeat(1024 * 1024 + 1));

    expect([(await read('full'))?.length, await read('large')]).toEqual([1024 * 1024, 'invalid: "large" has more than 1 MiB; a Kubernetes Secret holds no more']);
  });
});

describe('the directory of a store', () => {
  it.each([
    ['that no root allows', () => join(root, 'elsewhere'), 'the directory of the store is not below a --file-provider-root'],
    ['where none are allowed', () => '', 'no directory may be read: start Prelude with --file-provider-root DIR'],
    ['where roots are not absolute', () => '.:..', 'no directory may be read: start Prelude with --file-provider-root DIR'],
    ['whose name begins like a root', () => store.slice(0, -1), 'the directory of the store is not below a --file-provider-root'],
  ])('%s is denied', async (_, roots, message) => {
    const client = await connect(store, roots());

    const calls = [() => client.read([{ key: 'a' }], never), () => client.find?.({}, never), () => client.versions?.([{ key: 'a' }], never), () => client.validate?.(never)];
    for (const call of calls) await expect(call()).rejects.toMatchObject({ kind: 'denied', message });
  });

  it('is one of several roots, or below', async () => {
    expect(await (await connect(store, `/nowhere:${store}`)).validate?.(never)).toBe('valid');
  });

  it('that is a link is where the link leads', async () => {
    await symlink(root, join(store, 'up'));
    await symlink('/etc', join(root, 'etc'));

    expect(await failure((await connect(join(root, 'etc'))).read([{ key: 'hostname' }], never))).toContain('not below a --file-provider-root');
    expect(await failure((await connect(join(store, 'up'), store)).read([{ key: 'outside' }], never))).toContain('not below a --file-provider-root');
  });

  it('that is empty, or not there, says nothing of its files', async () => {
    const client = await connect();
    await rm(join(store, 'a'));
    expect(await failure(client.read([{ key: 'a' }], never))).toContain('is empty; is its volume mounted?');
    await rm(store, { recursive: true });
    expect(await failure(client.read([{ key: 'a' }], never))).toContain('is not there; is its volume mounted?');
  });

  it('is read for a ClusterSecretStore; for a SecretStore, where the operator says so', async () => {
    const open = (allowOwnIdentity: boolean) => createStoreReader({ ...noServices, clock: systemClock, registry, metrics: { providerCalled: () => {} }, environment: { PRELUDE_FILE_PROVIDER_ROOTS: root }, allowOwnIdentity });
    const handles = [
      { label: 'ClusterSecretStore s', scope: 'cluster', namespace: 'team', provider: { file: { path: store } } },
      { label: 'SecretStore team/s', scope: 'namespaced', namespace: 'team', provider: { file: { path: store } } },
    ] as const;
    const answers = async (allowed: boolean): Promise<unknown> => {
      const reader = open(allowed);
      const results = await Promise.all(handles.map(async (handle) => told((await reader.read(handle, [{ key: 'a' }], never))[0])));
      await reader.close();
      return results;
    };

    expect(await answers(false)).toEqual(['value of a', expect.stringMatching(/^denied: SecretStore team\/s names no credentials/)]);
    expect(await answers(true)).toEqual(['value of a', 'value of a']);
  });

  it.each(['relative', '', '/a\0b', 5])('cannot be %j', (path) => {
    expect(registry.parse({ file: { path } })).toMatchObject({ ok: false, errors: [{ path: 'spec.provider.file.path' }] });
  });
});

describe('a volume of the kubelet', () => {
  it('is read, found without its inner names, and followed when it is renewed', async () => {
    await renew('one', { password: 'old', user: 'me' });
    const client = await connect();
    const versions = async () => client.versions?.([{ key: 'password' }, { key: 'user' }], never);
    const before = await versions();
    expect(await read('password')).toBe('old');
    expect((await client.find?.({}, never))?.map(({ key }) => key)).toEqual(['a', 'password', 'user']);
    expect(await versions()).toEqual(before);

    await renew('two', { password: 'new', user: 'me' });
    await rm(join(store, '..one'), { recursive: true });

    expect(await read('password')).toBe('new');
    expect((await versions())?.[0]).not.toBe(before?.[0]);
  });

  it('never seems to lose a file while it is renewed', async () => {
    await renew('0', { password: 'p' });
    const stop = new AbortController();
    const renewed = (async () => {
      for (let time = 1; !stop.signal.aborted; time += 1) {
        await renew(String(time), { password: 'p' });
        await rm(join(store, `..${time - 1}`), { recursive: true });
      }
    })();
    const client = await connect();
    const seen = new Set<string | undefined>();
    for (let round = 0; round < 200; round += 1) seen.add(told((await client.read([{ key: 'password' }], never))[0]));
    stop.abort();
    await renewed;

    seen.delete('unavailable: "password" changes all the time');
    expect([...seen]).toEqual(['p']);
  });

  it('has directories where its items have paths', async () => {
    await mkdir(join(store, '..one', 'tls'), { recursive: true });
    await writeFile(join(store, '..one', 'tls', 'key'), 'k');
    await symlink('..one', join(store, '..data'));
    await symlink(join('..data', 'tls'), join(store, 'tls'));

    expect((await (await connect()).find?.({ path: 'tls' }, never))?.map(({ key, value }) => `${key}: ${Buffer.from(value.reveal()).toString()}`)).toEqual(['tls/key: k']);
  });
});

describe('the version of a file', () => {
  it('is that of its value, and another after every change, one of the same length and time too', async () => {
    const client = await connect();
    const version = async () => (await client.versions?.([{ key: 'a' }], never))?.[0];
    const [value] = await client.read([{ key: 'a' }], never);
    const first = await version();
    expect(first).toBeDefined();
    expect(value).toMatchObject({ kind: 'value', version: first });

    await writeFile(join(store, 'a'), 'VALUE OF A');
    await utimes(join(store, 'a'), 1, 1);
    const second = await version();
    await writeFile(join(store, 'b'), 'value of a');
    await rename(join(store, 'b'), join(store, 'a'));

    expect(new Set([first, second, await version()]).size).toBe(3);
  });

  it('is not told where the file cannot be read, which reading tells', async () => {
    const refs = [{ key: '../outside' }, { key: 'nothing' }, { key: 'a', version: '1' }, { key: 'a', metadata: true }] as const;

    expect(await (await connect()).versions?.(refs, never)).toEqual([undefined, undefined, undefined, undefined]);
  });
});

describe('a search', () => {
  it('goes around a circle of links once', async () => {
    await mkdir(join(store, 'deep'));
    await symlink('..', join(store, 'deep', 'again'));

    expect((await (await connect()).find?.({}, never))?.map(({ key }) => key)).toEqual(['a']);
  });

  it('has a bound of levels and of names', async () => {
    await mkdir(join(store, Array.from({ length: 18 }, () => 'd').join('/')), { recursive: true });
    expect(await failure((await connect()).find?.({}, never) ?? Promise.resolve())).toContain('more than 16 levels');
    await rm(join(store, 'd'), { recursive: true });
    const many = join(store, 'many');
    await mkdir(many);
    await Promise.all(Array.from({ length: 10_001 }, (_, index) => link(join(store, 'a'), join(many, String(index)))));

    expect(await failure((await connect()).find?.({ path: 'many' }, never) ?? Promise.resolve())).toContain('more than 10000 files');
  });

  it('of a path that could lead elsewhere is refused', async () => {
    expect(await failure((await connect()).find?.({ path: '../' }, never) ?? Promise.resolve())).toContain('has .. in it');
  });
});

it('leaves the bytes of a file as they are', async () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  await writeFile(join(store, 'bytes'), bytes);
  const [result] = await (await connect()).read([{ key: 'bytes' }], never);

  expect(result?.kind === 'value' && result.value.equals(new SecretBytes(bytes))).toBe(true);
});
