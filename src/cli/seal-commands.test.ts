import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type NewSealingKey, newSealingKey } from '../../test/support/new-sealing-key.ts';
import { program } from './program.ts';

const root = mkdtempSync(join(tmpdir(), 'prelude-seal-'));
const folder = join(root, 'repo');
const at = (name: string): string => join(folder, name);
const never = new AbortController().signal;
let [one, two]: NewSealingKey[] = [];
afterAll(() => rmSync(root, { recursive: true }));
beforeAll(async () => {
  [one, two] = await Promise.all([newSealingKey(), newSealingKey({ bits: 3072 })]);
  for (const [name, key] of [['one', one], ['two', two]] as const) {
    writeFileSync(join(root, `${name}.pem`), key?.certificate.pem ?? '');
    writeFileSync(join(root, `${name}.key`), key?.keyPem ?? '');
  }
});
beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(at('sub'), { recursive: true });
  writeFileSync(at('a.yaml'), '# mine\nkind: ConfigMap\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: ns}\nstringData: {x: canary-one}\n');
  writeFileSync(at('sub/b.json'), '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"b","namespace":"ns"},"stringData":{"y":"canary-two"}}\n');
  writeFileSync(at('sub/chart.yaml'), 'kind: Secret\ndata:\n  {{- toYaml .Values.x }}\n');
});

async function prelude(...words: readonly string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const stdin = async (): Promise<Uint8Array> => Buffer.from('{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s","namespace":"ns"},"stringData":{"z":"canary-three"}}');
  const code = await program(words, { out: { write: (text) => out.push(text) }, err: { write: (text) => err.push(text) }, isTerminal: false, columns: 200, env: {}, stdin }, never);
  return { code, out: out.join(''), err: err.join('').replaceAll(`${root}/`, '') };
}

const cert = (name = 'one'): readonly string[] => ['--cert', join(root, `${name}.pem`)];
const keys = (name = 'one'): readonly string[] => ['--keys', join(root, `${name}.key`)];

describe('prelude seal', () => {
  it('seals standard input to standard output', async () => {
    const { code, out } = await prelude('seal', ...cert());
    expect([code, out.startsWith('---\napiVersion: bitnami.com/v1alpha1\n'), out.includes('canary')]).toEqual([0, true, false]);
  });

  it('seals a whole folder in place, and finds nothing to do then', async () => {
    const { code, out } = await prelude('seal', ...cert(), '--in-place', folder);
    expect([code, out]).toEqual([0, `${at('a.yaml')}\n${at('sub/b.json')}\n`]);
    expect(readFileSync(at('a.yaml'), 'utf8')).toMatch(/^# mine\nkind: ConfigMap\n---\napiVersion: bitnami\.com\/v1alpha1\nkind: SealedSecret\n/);
    expect(JSON.parse(readFileSync(at('sub/b.json'), 'utf8')).kind).toBe('SealedSecret');
    expect(['a.yaml', 'sub/b.json'].some((file) => readFileSync(at(file), 'utf8').includes('canary'))).toBe(false);
    expect((await prelude('seal', ...cert(), '--in-place', folder)).err).toContain('there is no Secret in plain text');
    expect(readdirSync(folder).toSorted()).toEqual(['a.yaml', 'sub']);
  });

  it('seals beside the files unless told otherwise, and says that the plain text is still there', async () => {
    const { err } = await prelude('seal', ...cert(), folder);
    expect([existsSync(at('a.sealed.yaml')), existsSync(at('sub/b.sealed.json')), err.includes('still there')]).toEqual([true, true, true]);
  });

  it('makes an output for each of several certificates', async () => {
    expect((await prelude('seal', ...cert(), ...cert('two'), folder)).err).toContain('--output-dir');
    await prelude('seal', ...cert(), ...cert('two'), '--output-dir', at('out'), folder);
    const [first, second] = await Promise.all([prelude('verify', ...keys(), at('out/one')), prelude('verify', ...keys('two'), at('out/two'))]);
    expect([first?.code, second?.code, first?.err, second?.err]).toEqual([0, 0, '2 sealed values, 0 errors, 0 warnings\n', '2 sealed values, 0 errors, 0 warnings\n']);
  });

  it('writes nothing at all where one Secret cannot be sealed, and says where', async () => {
    writeFileSync(at('z.yaml'), 'apiVersion: v1\nkind: Secret\nmetadata: {name: z}\nstringData: {x: canary}\n');
    const before = readFileSync(at('a.yaml'), 'utf8');
    const { code, err } = await prelude('seal', ...cert(), '--in-place', folder);
    expect([code, err.includes('repo/z.yaml:3: secret must declare a namespace'), err.includes('canary'), readFileSync(at('a.yaml'), 'utf8')]).toEqual([1, true, false, before]);
  });

  it('merges standard input into a file', async () => {
    await prelude('seal', ...cert(), '--in-place', at('sub/b.json'));
    await prelude('seal', ...cert(), '--merge-into', at('sub/b.json'));
    expect(Object.keys(JSON.parse(readFileSync(at('sub/b.json'), 'utf8')).spec.encryptedData)).toEqual(['y', 'z']);
  });
});

describe('prelude seal --check', () => {
  it('finds Secrets in plain text, with 1, and prints JSON where asked', async () => {
    const text = await prelude('seal', '--check', folder);
    expect([text.code, text.err.split('\n').map((line) => line.replace(/: this Secret.*|: '.*|: a .*|: .*quote.*/, ''))]).toEqual([1, ['repo/a.yaml:7: error', 'repo/sub/b.json:1: error', expect.stringMatching(/^repo\/sub\/chart\.yaml:3: warning/), '0 sealed values, 2 errors, 1 warning', '']]);
    const json = JSON.parse((await prelude('seal', '--check', '-o', 'json', folder)).out);
    expect([json.errors, json.problems.map((problem: { readonly reason: string }) => problem.reason)]).toEqual([2, ['plaintext', 'plaintext', 'unreadable']]);
  });

  it('looks at what Git is about to commit, not at the files', { timeout: 30_000 }, async () => {
    await prelude('seal', ...cert(), '--in-place', folder);
    const git = (...words: readonly string[]): string => execFileSync('git', [...words], { cwd: folder, encoding: 'utf8', env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' } });
    git('init', '-q', '.');
    git('add', 'a.yaml');
    const before = process.cwd();
    process.chdir(folder);
    try {
      expect((await prelude('seal', '--check', '--staged')).code).toBe(0);
      const sealed = readFileSync(at('sub/b.json'));
      writeFileSync(at('sub/b.json'), '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"b"},"data":{"a":"YQ=="}}');
      git('add', 'sub/b.json');
      writeFileSync(at('sub/b.json'), sealed);
      expect((await prelude('seal', '--check', '--staged')).err).toContain('sub/b.json:1: error: this Secret is in plain text');
      expect((await prelude('seal', '--install-hook')).code).toBe(0);
      expect(readFileSync(at('.git/hooks/pre-commit'), 'utf8')).toContain('exec prelude seal --check --staged\n');
      expect((await prelude('seal', '--install-hook')).err).toContain('is there already');
    } finally {
      process.chdir(before);
    }
  });
});

describe('prelude reseal, verify and unseal', () => {
  it('seals for another key, without a cluster and once', async () => {
    await prelude('seal', ...cert(), '--in-place', folder);
    cpSync(folder, join(root, 'before'), { recursive: true });
    expect((await prelude('reseal', ...keys(), ...cert('two'), '--dry-run', folder)).err).toContain('would be resealed: 2 values in 2 files');
    expect(readFileSync(at('a.yaml'), 'utf8')).toBe(readFileSync(join(root, 'before/a.yaml'), 'utf8'));
    expect((await prelude('reseal', ...keys(), ...cert('two'), folder)).err).toContain('resealed: 2 values in 2 files; sealed with that key already: 0');
    expect((await prelude('reseal', ...keys(), ...keys('two'), ...cert('two'), folder)).err).toContain('resealed: 0 values in 0 files; sealed with that key already: 2');
    const { code, out } = await prelude('verify', ...keys('two'), ...cert('two'), folder);
    expect([code, out.includes(two?.certificate.fingerprint.slice(0, 16) ?? '?')]).toEqual([0, true]);
    expect((await prelude('reseal', ...keys(), ...cert('two'), folder)).err).toContain('nothing was written: 2 files cannot be resealed');
  });

  it('prints a Secret again', async () => {
    await prelude('seal', ...cert(), '--in-place', at('sub/b.json'));
    const { out } = await prelude('unseal', ...keys(), '-o', 'json', at('sub/b.json'));
    expect(JSON.parse(out).data).toEqual({ y: Buffer.from('canary-two').toString('base64') });
    expect(await prelude('unseal', ...keys('two'), at('sub/b.json'))).toMatchObject({ code: 1, err: 'prelude: no key could decrypt secret (y)\n' });
  });

  it('says that certificates alone do not tell which key sealed', async () => {
    await prelude('seal', ...cert(), '--in-place', folder);
    expect((await prelude('verify', folder)).out).toContain('only private keys tell');
  });
});
