import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NewSealingKey, newSealingKey } from '../../test/support/new-sealing-key.ts';
import { KubesealArguments } from './kubeseal-flags.ts';
import { run } from './kubeseal-main.ts';

let key: NewSealingKey;
let expired: NewSealingKey;
let early: NewSealingKey;
const folder = mkdtempSync(join(tmpdir(), 'prelude-kubeseal-'));
const at = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(async () => {
  const now = Date.UTC(2026, 10, 26);
  [key, expired, early] = await Promise.all([newSealingKey({ now }), newSealingKey({ now: Date.UTC(2025, 0, 2), validFor: 1000 }), newSealingKey({ now: now + 86_400_000 })]);
  writeFileSync(at('cert.pem'), key.certificate.pem);
  writeFileSync(at('expired.pem'), expired.certificate.pem);
  writeFileSync(at('early.pem'), early.certificate.pem);
  writeFileSync(at('key.pem'), key.keyPem);
  writeFileSync(at('kubeconfig'), 'current-context: one\ncontexts:\n- name: one\n  context: {namespace: testns, cluster: c}\n- name: two\n  context: {cluster: c}\n');
});

interface Done {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const secret = JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' }, stringData: { x: 'one' } });

/** Runs kubeseal without a kubeconfig, and with the certificate unless the words name one. */
async function kubeseal(words: readonly string[], { stdin = secret, env = {}, cert = at('cert.pem') }: { readonly stdin?: string; readonly env?: Readonly<Record<string, string>>; readonly cert?: string } = {}): Promise<Done> {
  const out: string[] = [];
  const err: string[] = [];
  const io = {
    out: { write: (text: string) => out.push(text) },
    err: { write: (text: string) => err.push(text) },
    stdin: { read: async () => Buffer.from(stdin), isTerminal: false },
    env: { SEALED_SECRETS_CERT: cert, KUBECONFIG: at('none'), ...env },
    now: () => Date.UTC(2026, 10, 26, 0, 30),
  };
  const code = await run(words, io, new AbortController().signal);
  return { code, out: out.join(''), err: err.join('') };
}

describe('kubeseal', () => {
  it.each<[string, readonly string[], Readonly<Record<string, string>>, string]>([
    ['the flag', ['-n', 'flag'], {}, 'flag'],
    ['the flag, glued', ['-nflag'], {}, 'flag'],
    ['the environment', [], { SEALED_SECRETS_NAMESPACE: 'env' }, 'env'],
    ['the flag before the environment', ['--namespace=flag'], { SEALED_SECRETS_NAMESPACE: 'env' }, 'flag'],
    ['the context of the kubeconfig', [], { KUBECONFIG: at('kubeconfig') }, 'testns'],
    ['another context, which names none', ['--context', 'two'], { KUBECONFIG: at('kubeconfig') }, 'default'],
    ['the file of the flag', ['--kubeconfig', at('kubeconfig')], {}, 'testns'],
    ['the pod it runs in', [], { POD_NAMESPACE: 'pod' }, 'pod'],
  ])('takes the namespace from %s', async (_, words, env, namespace) => {
    const { code, out } = await kubeseal(words, { env });
    expect([code, JSON.parse(out).metadata]).toEqual([0, { name: 'a', namespace }]);
  });

  // the words of kubeseal 0.40.0, which scripts look for
  it.each<[readonly string[], { readonly stdin?: string; readonly cert?: string }, string]>([
    [[], {}, 'error: secret must declare a namespace\n'],
    [['-n', 'x'], { stdin: '' }, 'error: no secrets found. Ensure the input is valid and UTF-8 encoded\n'],
    [['-n', 'x'], { cert: '/no/such' }, 'error: open /no/such: no such file or directory\n'],
    [['-n', 'x', '-o', 'xml'], {}, 'error: unsupported output format: xml\n'],
    [['-n', 'x', '-f', '/no/such'], {}, 'error: Could not read file specified with --secret-file: no such file or directory\n'],
    [['--from-file', 'x'], {}, 'error: --from-file requires --raw\n'],
    [['--raw', '-n', 'x'], {}, 'error: must provide the --name flag with --raw and --scope strict\n'],
    [['--raw', '--scope', 'namespace-wide'], {}, 'error: must provide the --namespace flag with --raw and --scope namespace-wide\n'],
    [['--raw', '--scope', 'cluster-wide', '--from-file', 'a', '--from-file', 'b'], {}, 'error: must provide only one --from-file when encrypting a single item with --raw\n'],
    [['-n', 'x'], { cert: at('expired.pem') }, 'error: failed to encrypt using an expired certificate on January 2, 2025\n'],
    [['-n', 'x'], { cert: at('early.pem') }, 'error: the certificate is not valid before 2026-11-27T00:00:00.000Z: is the clock of this machine right?\n'],
    [['-n', 'x'], { cert: at('key.pem') }, `error: ${at('key.pem')} holds no certificate in PEM\n`],
    [['--recovery-unseal'], {}, 'error: there is no private key to open with: name a file with --recovery-private-key or --keys\n'],
  ])('says what is wrong with %j', async (words, options, problem) => {
    expect(await kubeseal(words, options)).toEqual({ code: 1, out: '', err: problem });
  });

  it.each([
    [['--nosuch'], 'unknown flag: --nosuch'],
    [['-qx'], "unknown shorthand flag: 'q' in -qx"],
    [['-o'], "flag needs an argument: 'o' in -o"],
    [['--scope', 'wide'], 'invalid argument "wide" for "--scope" flag: must be one of: strict, namespace-wide, cluster-wide'],
    [['--raw=maybe'], 'invalid argument "maybe" for "--raw" flag: it is neither true nor false'],
  ])('refuses %j with 2 and its help', async (words, problem) => {
    const { code, err } = await kubeseal(words);
    expect([code, err.split('\n')[0], err.includes('Usage of kubeseal:')]).toEqual([2, problem, true]);
  });

  it('prints its version and its help', async () => {
    expect((await kubeseal(['--version'])).out).toBe('kubeseal version: development\n');
    expect((await kubeseal(['--help'])).out).toContain('--recovery-private-key list');
  });

  it('writes a bare value without a line feed, from standard input or a file', async () => {
    writeFileSync(at('value'), 'v');
    const [first, second] = await Promise.all([kubeseal(['--raw', '--scope', 'cluster-wide'], { stdin: 'v' }), kubeseal(['--raw', '--scope=cluster-wide', '--from-file', `name=${at('value')}`])]);
    expect([first.out, second.out].map((text) => /^AQ[A-D][A-Za-z0-9+/=]+$/.test(text))).toEqual([true, true]);
  });

  it('writes files whole, in YAML where their name says so, and secrets for their owner alone', async () => {
    const { out } = await kubeseal(['-n', 'x', '-w', at('out.yaml')]);
    expect([out, readFileSync(at('out.yaml'), 'utf8').startsWith('---\napiVersion: bitnami.com/v1alpha1\n')]).toEqual(['', true]);
    await kubeseal(['--recovery-unseal', '--recovery-private-key', at('key.pem'), '-f', at('out.yaml'), '-w', at('plain.json')]);
    expect([JSON.parse(readFileSync(at('plain.json'), 'utf8')).data, statSync(at('plain.json')).mode & 0o777]).toEqual([{ x: Buffer.from('one').toString('base64') }, 0o600]);
    await kubeseal(['-w', at('none.json')]);
    expect(() => readFileSync(at('none.json'))).toThrow('ENOENT');
  });

  it('merges into a file, and leaves its format', async () => {
    await kubeseal(['-n', 'x', '-w', at('merged.yaml')]);
    const before = readFileSync(at('merged.yaml'), 'utf8');
    const { code } = await kubeseal(['--merge-into', at('merged.yaml')], { stdin: secret.replace('"x"', '"q"') });
    expect([code, readFileSync(at('merged.yaml'), 'utf8').replace(/ {4}q: .*\n/, '')]).toEqual([0, before]);
  });

  it('seals each scope that the flag says, and lets strict overrule no annotation', async () => {
    const wide = secret.replace('"name":"a"', '"name":"a","annotations":{"sealedsecrets.bitnami.com/cluster-wide":"true"}');
    const annotations = async (words: readonly string[], stdin = secret): Promise<unknown> => JSON.parse((await kubeseal(words, { stdin })).out).metadata.annotations;
    expect(await annotations(['--scope', 'namespace-wide', '-n', 'x'])).toEqual({ 'sealedsecrets.bitnami.com/namespace-wide': 'true' });
    expect(await annotations(['--scope', 'strict'], wide)).toEqual({ 'sealedsecrets.bitnami.com/cluster-wide': 'true' });
  });

  it('reads every flag of kubeseal, and those of its log', () => {
    const words = ['--fetch-cert', '--rotate', '-v', '5', '--logtostderr', '--as-group', 'a,b', '--as-group=c', '--recovery-private-key', 'x,y', '--', '--nosuch'];
    const warnings: string[] = [];
    const args = KubesealArguments.parse(words, { SEALED_SECRETS_ALLOW_EMPTY_DATA: 'true', SEALED_SECRETS_RAW: 'perhaps', SEALED_SECRETS_RECOVERY_PRIVATE_KEY: 'w' }, (line) => warnings.push(line));
    expect([args.isOn('fetch-cert'), args.isOn('rotate'), args.isOn('allow-empty-data'), args.isOn('raw'), args.list('as-group'), args.list('recovery-private-key')]).toEqual([true, true, true, false, ['a,b', 'c'], ['w', 'x', 'y']]);
    expect(warnings).toEqual(['Flag --rotate has been deprecated, please use --re-encrypt instead']);
  });
});
