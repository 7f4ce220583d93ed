import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  cycles,
  doorViolations,
  nameViolations,
  offlineViolations,
  opaqueViolations,
  providerViolations,
  roomViolations,
  sizeViolations,
  strangerViolations,
  targetViolations,
  withheldTestViolations,
} from './support/house-rules.ts';
import { doors, loader, offline, providerFolders, rooms, strangers, topLevel } from './support/rooms.ts';
import { readSource } from './support/source-file.ts';

const root = dirname(import.meta.dirname);

/** Every file of the repository that Git tracks or would track. */
const paths = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], { cwd: root, encoding: 'utf8' })
  .split('\0')
  .filter((path) => path !== '')
  // deleted and not yet committed
  .filter((path) => existsSync(join(root, path)));

const sources = paths.filter((path) => path.endsWith('.ts')).map((path) => readSource(path, readFileSync(join(root, path), 'utf8')));
const product = sources.filter(({ path }) => /^(src|providers)\//.test(path) && !path.endsWith('.test.ts'));

describe('the house', () => {
  it('reads the tree it judges', () => {
    expect(product.map(({ path }) => path)).toContain('src/lib/clock.ts');
    expect(product.flatMap(({ imports }) => imports).length).toBeGreaterThan(product.length);
  });

  it('keeps every file in its room', () => {
    expect(roomViolations(product, rooms)).toEqual([]);
  });

  it('goes to each package through its own door', () => {
    expect(doorViolations(product, doors)).toEqual([]);
  });

  it('has no door that nobody uses', () => {
    const used = new Set(product.flatMap(({ imports }) => imports.map(({ target }) => target)));
    const idle = Object.keys(doors).filter((name) => ![...used].some((target) => target === name || target.startsWith(name.endsWith('/') ? name : `${name}/`)));

    expect(idle).toEqual([]);
  });

  it.each(strangers)('has folders in %s that do not know one another', (parent) => {
    expect(strangerViolations(product, parent)).toEqual([]);
  });

  it('has no circle of imports, those of types included', () => {
    expect(cycles(product)).toEqual([]);
  });

  it('imports only files that are there and that belong to the product', () => {
    expect(targetViolations(product)).toEqual([]);
  });

  it('names every module it loads, but for the adapters of other packages', () => {
    expect(opaqueViolations(product.filter(({ path }) => path !== loader))).toEqual([]);
  });

  it('has nothing at the top but what is agreed', () => {
    const top = new Set(paths.map((path) => path.split('/')[0] ?? ''));

    expect([...top].filter((name) => !name.startsWith('.') && !topLevel.has(name))).toEqual([]);
  });

  it('has files that hold one subject', () => {
    expect(sizeViolations(sources)).toEqual([]);
  });

  it('has names that say what is inside', () => {
    expect(nameViolations(sources.map(({ path }) => path))).toEqual([]);
  });

  it('runs all of its tests', () => {
    expect(withheldTestViolations(sources)).toEqual([]);
  });
});

describe('the lockfile', () => {
  const lock = z
    .object({ packages: z.record(z.string(), z.object({ resolved: z.string().optional(), dependencies: names(), optionalDependencies: names() })) })
    .parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')));
  const installed = new Set(Object.keys(lock.packages).map((path) => path.replace(/^.*node_modules\//, '')));

  it('holds every package that another one names, those of other platforms too: npm ci refuses it otherwise', () => {
    const named = Object.values(lock.packages).flatMap((entry) => Object.keys({ ...entry.dependencies, ...entry.optionalDependencies }));

    expect(named.filter((name) => !installed.has(name))).toEqual([]);
  });

  it('says nothing of where packages were fetched', () => {
    expect(Object.keys(lock.packages).filter((path) => lock.packages[path]?.resolved !== undefined)).toEqual([]);
  });

  function names(): z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodString>> {
    return z.record(z.string(), z.string()).optional();
  }
});

describe('the providers', () => {
  it('and generators are the folders, each with a README and tests, providers with one that runs the contract', async () => {
    const { providers } = await import('../providers/index.ts');
    const names = new Set(paths.filter((path) => /^providers\/[^/]+\//.test(path)).map((path) => path.split('/')[1] ?? ''));
    const loaded = sources.find(({ path }) => path === 'providers/index.ts')?.imports.map(({ target }) => target) ?? [];
    const folders = [...names].map((name) => ({
      name,
      isLoaded: loaded.some((target) => target.startsWith(`providers/${name}/`)),
      files: paths.filter((path) => dirname(path) === `providers/${name}`).map((path) => path.slice(`providers/${name}/`.length)),
      runsContract: sources.some(
        (file) => file.path.startsWith(`providers/${name}/`) && file.path.endsWith('.test.ts') && file.imports.some(({ target }) => target === 'test/contract/provider.contract.ts'),
      ),
    }));

    expect(providerViolations(providers.map(({ id }) => id), folders, providerFolders)).toEqual([]);
  });
});

describe('the offline commands', { timeout: 30_000 }, () => {
  it.each(offline.entries)('%s reaches neither a cluster client nor a provider', (entry) => {
    expect(offlineViolations(product, entry, offline)).toEqual([]);
  });

  it.each(['plan', 'render'])('`prelude %s` loads neither as it runs', (command) => {
    const loaded = modulesLoadedBy(['src/cli/main.ts', command, 'test/sample']);

    expect(loaded.some((url) => url.endsWith('/src/cli/main.ts'))).toBe(true);
    expect(loaded.some((url) => url.includes(`/src/cli/${command}`))).toBe(true);
    expect(loaded.filter((url) => offline.packages.some((name) => url.includes(`/node_modules/${name}`)))).toEqual([]);
    expect(loaded.filter((url) => offline.rooms.some((room) => url.startsWith(`${fileRoot}${room}/`)))).toEqual([]);
  });

  it('would be caught: the recorder sees what a command loads lazily', () => {
    const loaded = modulesLoadedBy(['--input-type=module', '--eval', "await import('@kubernetes/client-node')"]);

    expect(loaded.some((url) => url.includes('/node_modules/@kubernetes/client-node/'))).toBe(true);
    expect(loaded.some((url) => url.includes('/node_modules/undici/'))).toBe(true);
  });
});

const fileRoot = new URL('../', import.meta.url).href;

/** Runs Node in the repository's root and answers the URLs of all modules it loaded; the program itself must succeed. */
function modulesLoadedBy(args: readonly string[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'prelude-modules-'));
  try {
    const file = join(folder, 'loaded');
    const recorder = fileURLToPath(new URL('support/record-modules.ts', import.meta.url));
    const run = spawnSync(process.execPath, ['--import', recorder, ...args], { cwd: root, encoding: 'utf8', env: { ...process.env, RECORD_MODULES: file } });
    expect(run.status, run.stderr).toBe(0);
    return readFileSync(file, 'utf8').split('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}
