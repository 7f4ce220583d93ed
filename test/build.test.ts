import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Metafile } from 'esbuild';
import { parseSync } from 'oxc-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../src/lib/clock.ts';
import { SecretBytes } from '../src/lib/secret-bytes.ts';
import { createRendererPool } from '../src/template/worker/pool.ts';
import { build } from './support/build.ts';
import { bundledPackages } from './support/notices.ts';

const root = dirname(import.meta.dirname);
const version = String(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version);

/** Outside the checkout, so that nothing is found in node_modules by accident. */
let folder: string;
let metafile: Metafile;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'prelude-build-'));
  metafile = await build(join(folder, 'dist'));
  cpSync(join(root, 'test/sample'), join(folder, 'sample'), { recursive: true });
}, 60_000);

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function prelude(args: readonly string[], options: { readonly preload?: readonly string[]; readonly env?: Readonly<Record<string, string>> } = {}): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [...(options.preload ?? []), join(folder, 'dist/prelude.js'), ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: folder, ...options.env },
  });
}

/** The packages inside one file of the bundle. */
function packagesIn(file: string): readonly string[] {
  const output = Object.entries(metafile.outputs).find(([path]) => basename(path) === file)?.[1];
  return bundledPackages({ inputs: Object.fromEntries(Object.keys(output?.inputs ?? {}).map((path) => [path, { bytes: 0, imports: [] }])) });
}

/** The file of the bundle that holds a source. */
function fileOf(source: string): string {
  const found = Object.entries(metafile.outputs).find(([, output]) => Object.hasOwn(output.inputs, source));
  if (found === undefined) throw new Error(`no file of the bundle holds ${source}`);
  return join(root, found[0]);
}

describe('the bundle', { timeout: 30_000 }, () => {
  it('is a program that knows its version, with no node_modules beside it', () => {
    const run = prelude(['--version']);

    expect([run.status, run.stdout.trim()]).toEqual([0, version]);
    expect(readFileSync(join(folder, 'dist/prelude.js'), 'utf8').startsWith('#!/usr/bin/env node\n')).toBe(true);
    expect(statSync(join(folder, 'dist/prelude.js')).mode & 0o111).toBe(0o111);
  });

  it('does real work where it stands', () => {
    const run = prelude(['plan', 'sample']);

    expect(run.status, run.stderr).toBe(0);
    expect(run.stdout).toContain('devnet');
  });

  it('loads for `plan` no file that holds a cluster client or an SDK', () => {
    const record = join(folder, 'loaded');

    prelude(['plan', 'sample'], { preload: ['--import', join(root, 'test/support/record-modules.ts')], env: { RECORD_MODULES: record } });

    const loaded = readFileSync(record, 'utf8').split('\n').filter((url) => url.includes('/dist/'));
    const packages = loaded.flatMap((url) => packagesIn(basename(url)));
    expect(packages).toContain('node_modules/yaml');
    expect(packages.filter((name) => /client-node|@aws-sdk|@smithy|undici/.test(name))).toEqual([]);
  });

  it('holds them all the same, for the commands that need them', () => {
    expect(bundledPackages(metafile)).toEqual(expect.arrayContaining(['node_modules/@kubernetes/client-node', 'node_modules/@aws-sdk/client-secrets-manager', 'node_modules/pino']));
  });

  it('loads lazily no package that would come without its names', () => {
    const ours = Object.entries(metafile.inputs).filter(([path]) => !path.startsWith('node_modules/'));
    const lazily = ours.flatMap(([, { imports }]) => imports.filter(({ kind }) => kind === 'dynamic-import').map(({ path }) => path));

    expect(lazily.length).toBeGreaterThan(10);
    // what is CommonJS has to be imported at the top of a file that is loaded lazily, as src/lib/http-agent.ts does it
    expect(lazily.filter((path) => path.startsWith('node_modules/') && metafile.inputs[path]?.format === 'cjs')).toEqual([]);
  });

  it('holds of them only what is used: of the cluster client a sixth', () => {
    const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
    const bytes = inputs.filter(([path]) => path.startsWith('node_modules/@kubernetes/client-node/')).reduce((sum, [, input]) => sum + input.bytesInOutput, 0);

    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThan(1024 * 1024);
  });

  it('renders templates in a thread', async () => {
    const pool = createRendererPool({ clock: systemClock, program: pathToFileURL(join(folder, 'dist/template-thread.js')) });
    try {
      const job = { name: 't', template: SecretBytes.fromUtf8('{{ .user | upper }}'), data: new Map([['user', SecretBytes.fromUtf8('admin')]]) };

      const results = await pool.render({ tenant: 'ns', jobs: [job] }, new AbortController().signal);

      expect(results.map((result) => result.ok && result.kind === 'text' && Buffer.from(result.output.reveal()).toString())).toEqual(['ADMIN']);
    } finally {
      await pool.close();
    }
  });

  it('looks for the program of that thread where it is', () => {
    const starter = fileOf('src/template/worker/pool.ts');
    const [, path = ''] = /"(?<path>[^"]*template-thread\.js)"/.exec(readFileSync(starter, 'utf8')) ?? [];

    expect(fileURLToPath(new URL(path, pathToFileURL(starter)))).toBe(join(folder, 'dist/template-thread.js'));
  });

  it('keeps the licence of every package inside', () => {
    const texts = readFileSync(join(folder, 'dist/THIRD-PARTY-LICENSES.txt'), 'utf8');
    const missing = bundledPackages(metafile).filter((path) => !texts.includes(`\n${path.replace(/^.*node_modules\//, '')} `) && !texts.startsWith(path.replace(/^.*node_modules\//, '')));

    expect(missing).toEqual([]);
    expect(readFileSync(join(folder, 'dist/LICENSE'), 'utf8')).toContain('Apache License');
  });

  it('can be published as it stands: no dependency is left to install', () => {
    const manifest = JSON.parse(readFileSync(join(folder, 'dist/package.json'), 'utf8'));

    expect(manifest).toMatchObject({ name: 'prelude', version, type: 'module', bin: { prelude: 'prelude.js' }, engines: { node: '>=24' } });
    expect(Object.keys(manifest)).not.toContain('dependencies');
    expect(Object.keys(manifest)).not.toContain('optionalDependencies');
  });
});

describe('the bundle on an old Node.js', { timeout: 30_000 }, () => {
  const pretend = 'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.20.2" } })';

  it('says what is needed and how to get it, and loads nothing else', () => {
    const record = join(folder, 'loaded-on-old');
    const preload = ['--import', join(root, 'test/support/record-modules.ts'), '--import', `data:text/javascript,${encodeURIComponent(pretend)}`];

    const run = prelude(['plan', 'sample'], { preload, env: { RECORD_MODULES: record } });

    expect(run.status).toBe(1);
    expect(run.stderr).toContain('prelude needs Node.js 24 or newer, and this is 20.20.2.');
    expect(run.stdout).toBe('');
    const loaded = readFileSync(record, 'utf8').split('\n').filter((url) => url.includes('/dist/'));
    expect(loaded.flatMap((url) => packagesIn(basename(url)))).toEqual([]);
    // the program, and what it shares with kubeseal
    expect(loaded.length).toBeLessThanOrEqual(4);
  });

  it('can be read by it: what is loaded first holds no syntax younger than ES2022', () => {
    for (const file of staticClosure('dist/prelude.js')) {
      const { program, errors } = parseSync(basename(file), readFileSync(file, 'utf8').replace(/^#!.*/, ''));
      expect(errors).toEqual([]);
      expect(JSON.stringify(program)).not.toMatch(/"kind":"(await )?using"|"type":"(Decorator|AccessorProperty|V8IntrinsicExpression)"/);
      expect(JSON.stringify(program)).not.toContain('"flags":"v"');
    }
  });
});

/** The file and all that it imports statically, as paths on disk. */
function staticClosure(entry: string): ReadonlySet<string> {
  const outputs = new Map(Object.entries(metafile.outputs).map(([path, output]) => [join(root, path), output]));
  const seen = new Set([join(folder, entry)]);
  for (const path of seen) {
    for (const item of outputs.get(path)?.imports ?? []) if (item.kind === 'import-statement' && item.external !== true) seen.add(join(root, item.path));
  }
  return seen;
}
