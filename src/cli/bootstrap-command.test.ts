import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { program } from './program.ts';

const url = 'git@github.com:acme/Test_Nets.git';
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prelude-bootstrap-'));
});

afterAll(() => rm(folder, { recursive: true }));

async function run(...args: readonly string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const text = { out: '', err: '' };
  const io = { out: { write: (part: string) => (text.out += part) }, err: { write: (part: string) => (text.err += part) }, isTerminal: false, columns: 80, env: {} };
  const code = await program(['bootstrap', ...args], io, new AbortController().signal);
  return { code, ...text };
}

describe('prelude bootstrap', { timeout: 60_000 }, () => {
  it.each([
    [['--username', 'bot'], '--username and --password-file go together'],
    [['--username', 'bot', '--password-file', 'p', '--ssh-key-file', 'k'], 'choose one'],
    [['--identity', 'k'], 'name it with --keys-backup'],
    [['--keys-backup', 'k'], 'a backup is decrypted with --identity or --passphrase-file'],
    [['--skip-controller', '--image', 'a'], 'the controller that --skip-controller leaves alone'],
    [['--name', 'Main'], 'letters in lower case'],
    [['--namespace', 'a_b'], 'is not the name of a namespace'],
  ])('takes %j for a slip', async (flags, says) => {
    const { code, err, out } = await run(url, ...flags);

    expect([code, out]).toEqual([2, '']);
    expect(err.replace(/\s+/g, ' ')).toContain(says);
  });

  it('prints what it would apply, the first Application last, without a cluster and without a credential', async () => {
    const key = join(folder, 'key');
    await writeFile(key, 'the-private-key-of-somebody');

    const { code, out, err } = await run(url, '--path', 'clusters/main', '--revision', 'main', '--ssh-key-file', key, '--export');

    expect(code).toBe(0);
    expect(err).toContain('credentials are not printed');
    const objects = parseAllDocuments(out).map((document) => z.looseObject({ kind: z.string(), metadata: z.looseObject({ name: z.string() }) }).parse(document.toJS()));
    expect(objects.map(({ kind }) => kind)).not.toContain('Secret');
    expect(out).not.toContain('the-private-key-of-somebody');
    expect(objects.filter(({ kind }) => kind === 'CustomResourceDefinition').map(({ metadata }) => metadata.name)).toContain('applications.argoproj.io');
    expect(objects.at(-1)).toMatchObject({ kind: 'Application', metadata: { name: 'test-nets', namespace: 'prelude' }, spec: { source: { repoURL: url, targetRevision: 'main', path: 'clusters/main' } } });
  });

  it('leaves the controller out where it is installed otherwise', async () => {
    const { out } = await run(url, '--skip-controller', '--export');

    expect(out).not.toContain('kind: Deployment');
    expect(out).toContain('kind: Application');
  });

  it('prints no token that stands in the URL', async () => {
    const { code, out, err } = await run('https://bot:a-token-of-bot@git.example/testnets.git', '--skip-controller', '--export');

    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('write https://git.example/testnets.git');
    expect(err).not.toContain('a-token-of-bot');
  });

  it('reads the values of a controller that is left alone', async () => {
    const values = join(folder, 'installed.yaml');
    await writeFile(values, 'sealedSecrets: {enabled: true, keyNamespace: kube-system}\n');

    const { code, out } = await run(url, '--skip-controller', '--values', values, '--export');

    expect(code).toBe(0);
    expect(out).toContain('name: kube-system');
    expect(out).not.toContain('kind: Deployment');
  });

  it('says which file it cannot read, and what is wrong with values', async () => {
    const values = join(folder, 'values.yaml');
    await writeFile(values, 'git: {enabled: false}\n');

    expect(await run(url, '--values', join(folder, 'nowhere'), '--export')).toMatchObject({ code: 1, err: expect.stringContaining('nowhere') });
    expect(await run(url, '--values', values, '--export')).toMatchObject({ code: 1, out: '', err: expect.stringContaining('nobody would read the repository') });
  });
});
