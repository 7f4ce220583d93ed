import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import type { KubeObject } from '../../src/api/object.ts';
import { sealingKeyLabel } from '../../src/app/sealing-keys/key-secret.ts';
import { namespaceType, secretType } from '../../src/kube/resource-types.ts';
import { readSealingKey } from '../../src/seal/sealing-key.ts';
import { type CliResult, runCli } from '../support/cli-process.ts';
import { useRealCluster } from '../support/real-cluster.ts';
import { sealTexts } from '../support/sealed-stage.ts';
import { type AgePair, agePair } from '../support/sops-files.ts';

const real = useRealCluster(inject('controlPlane'));
const { kubeconfig } = inject('controlPlane');
const never = new AbortController().signal;
const by = { fieldManager: 'test' };
const listed = z.array(z.object({ name: z.string(), state: z.string(), seals: z.boolean(), fingerprint: z.string(), problem: z.string().optional() }));
const pair = z.looseObject({ type: z.string(), data: z.object({ 'tls.crt': z.string(), 'tls.key': z.string() }) });

let folder: string;
let owner: AgePair;
let stranger: AgePair;
/** Where the keys are made, and where they are restored. */
const [home, elsewhere] = [`keys-${randomUUID().slice(0, 8)}`, `restored-${randomUUID().slice(0, 8)}`];
const printed: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'prelude-keys-'));
  [owner, stranger] = await Promise.all([agePair(), agePair()]);
  for (const [name, { identity }] of Object.entries({ owner, stranger })) writeFileSync(join(folder, `${name}.txt`), `# age\n${identity}\n`, { mode: 0o600 });
  const cluster = await real.admin();
  for (const name of [home, elsewhere]) await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, by, never);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function keys(...args: readonly string[]): Promise<CliResult> {
  const result = await runCli(['keys', ...args, '--kubeconfig', kubeconfig], { cwd: folder });
  printed.push(result.stdout, result.stderr);
  return result;
}

async function list(namespace: string): Promise<z.output<typeof listed>> {
  return listed.parse(JSON.parse((await keys('list', '-o', 'json', '-n', namespace)).stdout));
}

async function secretOf(namespace: string, name: string): Promise<KubeObject> {
  return (await (await real.admin()).get(secretType, { namespace, name }, never)) ?? expect.fail(`no Secret ${namespace}/${name}`);
}

/** `… made; it seals from now on` */
function nameIn({ stdout }: CliResult): string {
  return /^(\S+) made; it seals from now on$/m.exec(stdout)?.[1] ?? expect.fail(stdout);
}

describe('prelude keys, on a real API server', { timeout: 120_000 }, () => {
  let first: string;
  let second: string;

  it('says that there are none', async () => {
    expect(await keys('list', '-n', home)).toMatchObject({ code: 0, stdout: 'no keys\n' });
  });

  it('makes one in the form in which Sealed Secrets keeps it, which seals from then on', async () => {
    first = nameIn(await keys('new', '-n', home, '--key-size', '2048', '--my-cn', 'devnet'));

    expect(await list(home)).toEqual([{ name: first, state: 'active', seals: true, fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
    const made = pair.parse(await secretOf(home, first));
    expect([made.type, (await secretOf(home, first)).metadata.labels]).toEqual(['kubernetes.io/tls', { [sealingKeyLabel]: 'active' }]);
    // the API server takes a pair of kubernetes.io/tls unseen; the two belong together all the same
    const [certificate, key] = [made.data['tls.crt'], made.data['tls.key']].map((text) => Buffer.from(text, 'base64').toString());
    expect(() => readSealingKey(certificate ?? '', key ?? '', 'the test')).not.toThrow();
  });

  it('rotates: another one seals, and the one that is withdrawn opens nothing any more', async () => {
    const result = await keys('rotate', '-n', home, '--key-size', '2048', '--withdraw', first);
    second = nameIn(result);

    expect(result.stdout).toContain(`${first} withdrawn; what it sealed is opened no more`);
    expect((await list(home)).map(({ name, state, seals }) => [name, state, seals])).toEqual([[second, 'active', true], [first, 'compromised', false]]);
  });

  it('says of a name that is no key that it is none, and changes nothing', async () => {
    await (await real.admin()).create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: home, name: 'other' } }, by, never);
    const before = await list(home);

    expect(await keys('rotate', '-n', home, '--key-size', '2048', '--withdraw', 'other')).toMatchObject({ code: 1, stderr: expect.stringContaining('there is no sealing key other') });
    expect((await secretOf(home, 'other')).metadata.labels).toBeUndefined();
    expect(await list(home)).toEqual(before);
  });

  it('backs all of them up into a file of its own, which the real age decrypts for the recipient and for nobody else', async () => {
    const result = await keys('backup', '-n', home, '--recipient', owner.recipient, '-w', 'keys.age');
    const file = join(folder, 'keys.age');
    const age = (who: string): string => execFileSync(inject('parts').age, ['--decrypt', '--identity', join(folder, `${who}.txt`), file], { encoding: 'utf8', env: {}, stdio: ['ignore', 'pipe', 'pipe'] });

    expect(result).toMatchObject({ code: 0, stdout: '', stderr: expect.stringMatching(/^2 keys backed up: /) });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const plain = age('owner');
    for (const name of [first, second]) {
      expect(plain).toContain(`name: ${name}`);
      expect(plain).toContain(pair.parse(await secretOf(home, name)).data['tls.key']);
    }
    expect(() => age('stranger')).toThrow(/no identity matched/);
    expect(await keys('backup', '-n', home, '--recipient', owner.recipient, '-w', 'keys.age')).toMatchObject({ code: 1, stderr: expect.stringContaining('EEXIST') });
  });

  it('opens with the backup what the keys sealed, as kubeseal does with what age decrypted of it', async () => {
    const made = pair.parse(await secretOf(home, second));
    const [certificate = '', key = ''] = [made.data['tls.crt'], made.data['tls.key']].map((text) => Buffer.from(text, 'base64').toString());
    const encryptedData = sealTexts({ token: 'hunter2' }, { key: readSealingKey(certificate, key, 'the test') }, { namespace: 'devnet', name: 'faucet' });
    const sealed = join(folder, 'sealed.json');
    writeFileSync(sealed, JSON.stringify({ apiVersion: 'bitnami.com/v1alpha1', kind: 'SealedSecret', metadata: { namespace: 'devnet', name: 'faucet' }, spec: { encryptedData } }));
    const plain = join(folder, 'keys.yaml');
    writeFileSync(plain, execFileSync(inject('parts').age, ['--decrypt', '--identity', join(folder, 'owner.txt'), join(folder, 'keys.age')], { env: {} }), { mode: 0o600 });

    const ours = await runCli(['unseal', '--keys', 'keys.age', '--identity', 'owner.txt', '-o', 'json', sealed], { cwd: folder });
    const theirs = execFileSync(inject('parts').sealedSecrets.kubeseal, ['--recovery-unseal', '--recovery-private-key', plain], { input: readFileSync(sealed), encoding: 'utf8', env: { HOME: folder } });

    expect(ours.code, ours.stderr).toBe(0);
    for (const text of [ours.stdout, theirs]) expect(JSON.parse(text)).toMatchObject({ kind: 'Secret', data: { token: Buffer.from('hunter2').toString('base64') } });
  });

  it('restores them as they were, also into another namespace, and once', async () => {
    expect(await keys('restore', 'keys.age', '-n', elsewhere, '--identity', 'stranger.txt')).toMatchObject({ code: 1, stderr: expect.stringContaining('keys.age cannot be decrypted') });
    expect(await list(elsewhere)).toEqual([]);
    const restored = await keys('restore', 'keys.age', '-n', elsewhere, '--identity', 'owner.txt');

    expect([restored.code, restored.stdout.match(/ restored$/gm)?.length]).toEqual([0, 2]);
    expect(await list(elsewhere)).toEqual(await list(home));
    for (const name of [first, second]) expect(pair.parse(await secretOf(elsewhere, name)).data).toEqual(pair.parse(await secretOf(home, name)).data);
    const again = await keys('restore', 'keys.age', '-n', elsewhere, '--identity', 'owner.txt');
    expect([again.code, again.stdout.match(/ is there already$/gm)?.length]).toEqual([0, 2]);
  });

  it('leaves a Secret of the same name alone where it holds something else', async () => {
    const cluster = await real.admin();
    await cluster.delete(secretType, { namespace: elsewhere, name: first }, {}, never);
    await cluster.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: elsewhere, name: first }, stringData: { a: 'b' } }, by, never);

    expect(await keys('restore', 'keys.age', '-n', elsewhere, '--identity', 'owner.txt')).toMatchObject({ code: 1, stderr: expect.stringContaining(`${first}: another Secret has this name, and was left as it is`) });
    expect((await secretOf(elsewhere, first))['data']).toEqual({ a: Buffer.from('b').toString('base64') });
  });

  it('has printed no private key on the way', () => {
    expect(printed.length).toBeGreaterThan(10);
    expect(printed.join('')).not.toMatch(/PRIVATE KEY|LS0tLS1CRUdJTiBSU0Eg/);
  });
});
