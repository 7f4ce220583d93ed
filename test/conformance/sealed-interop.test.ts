import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import type { KubeObject } from '../../src/api/object.ts';
import { parseSealedSecretStatus } from '../../src/api/sealed-secret.ts';
import { deploymentType, namespaceType, sealedSecretType, secretType } from '../../src/kube/resource-types.ts';
import type { ControllerProcess } from '../support/controller-process.ts';
import { isEffectiveWrite } from '../support/parts/audit-log.ts';
import { contentOf, objects, sealCases, type SealedCase, sealFolder, type SecretContent } from '../support/sealed-cases.ts';
import type { SealedController } from '../support/sealed-controller.ts';
import { installSealedSecrets, keyNamespace, type SealedInstallation } from '../support/sealed-installation.ts';
import { printed, type SealingPrograms, sealingPrograms } from '../support/sealed-programs.ts';

const never = new AbortController().signal;
const by = { fieldManager: 'test' };
const namespace = 'interop';
const timeout = 180_000;
// half as long as usual: hundreds of RSA operations take seconds; and a test asks more often than twice a second
const theirArgs = ['--key-size=2048', '--rate-limit=1000', '--rate-limit-burst=1000'];
const ourArgs = ['--seal-key-size', '2048', '--seal-rate-limit', '1000', '--seal-rate-limit-burst', '1000'];

let folder: string;
let programs: SealingPrograms;
let installation: SealedInstallation;
let theirs: SealedController | undefined;
let ours: ControllerProcess | undefined;
let cases: readonly SealedCase[];
let certificate: string;

const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'prelude-interop-'));
  programs = sealingPrograms(inject('parts').sealedSecrets.kubeseal);
  installation = await installSealedSecrets(programs.compileCache);
  await installation.cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, by, never);
  theirs = await installation.startTheirs(theirArgs);
});
afterAll(async () => {
  await ours?.stop();
  await theirs?.stop();
  await installation.stop();
  programs.close();
  rmSync(folder, { recursive: true });
});

/** What Secrets must hold, by name. */
function expected(): ReadonlyMap<string, SecretContent> {
  return new Map(cases.map(({ manifest, expected: content }) => [manifest.metadata.name, content]));
}

async function secrets(): Promise<ReadonlyMap<string, KubeObject>> {
  return await installation.list(secretType, namespace);
}

function contents(found: ReadonlyMap<string, KubeObject>): ReadonlyMap<string, SecretContent> {
  return new Map([...found].map(([name, object]) => [name, contentOf(object)]));
}

async function keys(): Promise<readonly KubeObject[]> {
  const all = [...(await installation.list(secretType, keyNamespace)).values()].filter(({ type }) => type === 'kubernetes.io/tls');
  return all.toSorted((one, other) => notBefore(one) - notBefore(other));
}

function pemOf(key: KubeObject | undefined, name: 'tls.crt' | 'tls.key'): string {
  const { data = {} } = (key ?? {}) as { readonly data?: Readonly<Record<string, string>> };
  return Buffer.from(data[name] ?? '', 'base64').toString();
}

function notBefore(key: KubeObject): number {
  return new X509Certificate(pemOf(key, 'tls.crt')).validFromDate.getTime();
}

describe('What one side seals, the other opens', () => {
  it("is sealed with their controller's certificate, which both programs fetch through the API server", async () => {
    const args = ['--fetch-cert', '--kubeconfig', installation.kubeconfig];
    const [one, other] = await Promise.all([printed(programs.theirs(args)), printed(programs.ours(args))]);
    expect([one, other]).toEqual([pemOf((await keys())[0], 'tls.crt'), one]);
    certificate = at('certificate.pem');
    writeFileSync(certificate, one);
  });

  it('seals 54 combinations of format, scope and template by kubeseal, by our kubeseal, and 9 by prelude seal', { timeout }, async () => {
    const { theirs: kubeseal, ours: own, prelude } = programs;
    const all = await Promise.all([
      sealCases({ by: 'kubeseal', program: kubeseal, other: own, certificate, namespace }),
      sealCases({ by: 'ours', program: own, other: kubeseal, certificate, namespace }),
      sealFolder({ by: 'prelude', program: prelude, certificate, namespace }),
    ]);
    expect(all.map(({ length }) => length)).toEqual([54, 54, 9]);
    cases = all.flat();
  });

  it('opens all 117 by their controller', { timeout }, async () => {
    await Promise.all(cases.map(async ({ manifest }) => await installation.cluster.create(sealedSecretType, manifest, by, never)));
    await installation.untilSynced(namespace);
    expect(contents(await secrets())).toEqual(expected());
  });

  it('opens all 117 by both recoveries, with keys in PEM and in a backup', { timeout }, async () => {
    const [key] = await keys();
    writeFileSync(at('key.pem'), pemOf(key, 'tls.key'));
    writeFileSync(at('backup.json'), JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [key] }));
    const words = (file: string): readonly string[] => ['--recovery-unseal', '--recovery-private-key', at(file), '-o', file === 'key.pem' ? 'json' : 'yaml'];
    // theirs takes one at a time
    const one = await Promise.all(cases.map(async ({ manifest }, index) => objects(await printed(programs.theirs(words(index % 2 === 0 ? 'key.pem' : 'backup.json'), { stdin: JSON.stringify(manifest) })))));
    const stdin = cases.map(({ manifest }) => JSON.stringify(manifest)).join('\n');
    const all = await Promise.all(['key.pem', 'backup.json'].map(async (file) => objects(await printed(programs.ours(words(file), { stdin })))));
    for (const found of [one.flat(), ...all]) expect(contents(new Map(found.map((object) => [object.metadata.name, object])))).toEqual(expected());
    // ours can be applied: an owner without a UID is refused
    expect([one.flat(), ...all].map((found) => found.filter(({ metadata }) => metadata.ownerReferences !== undefined).length)).toEqual([117, 0, 0]);
  });
});

/** Nine SealedSecrets, one of each scope and template, as one text. */
function sample(): { readonly text: string; readonly names: readonly string[] } {
  const found = cases.filter(({ manifest }) => manifest.metadata.name.startsWith('kubeseal-documents-'));
  return { text: found.map(({ manifest }) => JSON.stringify(manifest)).join('\n'), names: found.map(({ manifest }) => manifest.metadata.name) };
}

function renamed(): string {
  const [one] = objects(sample().text);
  return JSON.stringify({ ...one, metadata: { ...one?.metadata, name: 'renamed', annotations: {} } });
}

interface Sealing {
  readonly spec: { readonly encryptedData: Readonly<Record<string, string>>; readonly template?: unknown };
}

/** Without its ciphertexts, which are never the same twice. */
function unsealed(object: KubeObject): unknown {
  const { spec } = object as KubeObject & Sealing;
  return { ...object, spec: { ...spec, encryptedData: Object.keys(spec.encryptedData).toSorted() } };
}

/** What both programs are told of a controller that they reach through the API server. */
function describeService(of: string, newest: () => Promise<KubeObject | undefined>): void {
  const cluster = (): readonly string[] => ['--kubeconfig', installation.kubeconfig];

  it(`${of} validates nine for both programs, and both say which one it cannot open`, { timeout }, async () => {
    for (const program of [programs.theirs, programs.ours]) {
      expect(await program(['--validate', ...cluster()], { stdin: sample().text })).toEqual({ code: 0, stdout: '', stderr: '' });
      expect(await program(['--validate', ...cluster()], { stdin: renamed() })).toEqual({ code: 1, stdout: '', stderr: 'error: unable to decrypt sealed secret: renamed\n' });
    }
  });

  it(`${of} seals nine anew with its latest key for both programs`, { timeout }, async () => {
    writeFileSync(at('latest.pem'), pemOf(await newest(), 'tls.key'));
    const before = objects(sample().text);
    for (const program of [programs.theirs, programs.ours]) {
      const after = objects(await printed(program(['--re-encrypt', ...cluster()], { stdin: sample().text })));
      const text = after.map((object) => JSON.stringify(object)).join('\n');
      const opened = objects(await printed(programs.ours(['--recovery-unseal', '--recovery-private-key', at('latest.pem')], { stdin: text })));
      const values = opened.map((secret) => [secret.metadata.name, contentOf(secret).data['bytes']]);
      expect(values).toEqual(sample().names.map((name) => [name, expected().get(name)?.data['bytes']]));
      expect(after.map((object, index) => JSON.stringify(object) === JSON.stringify(before[index]))).not.toContain(true);
      // theirs drops templates, and so does its program then
      if (of === 'our controller' || program === programs.ours) expect(after.map(unsealed)).toEqual(before.map(unsealed));
    }
  });
}

describe("Their controller's service", () => {
  describeService('their controller', async () => (await keys()).at(-1));
});

/** Changed values, by the names of their Secrets. */
function changed(before: ReadonlyMap<string, KubeObject>, after: ReadonlyMap<string, KubeObject>): readonly string[] {
  const was = contents(before);
  return [...contents(after)].flatMap(([name, { data }]) => (JSON.stringify(data) === JSON.stringify(was.get(name)?.data) ? [] : [name]));
}

describe('A running installation', () => {
  const takeover = (...words: readonly string[]) => programs.prelude(['takeover', 'sealed-secrets', '--kubeconfig', installation.kubeconfig, ...words]);
  const replicas = async (): Promise<unknown> => {
    const { spec } = (await installation.cluster.get(deploymentType, { namespace: keyNamespace, name: 'sealed-secrets-controller' }, never)) as KubeObject & { readonly spec: { readonly replicas: number } };
    return spec.replicas;
  };

  /** Writes to the Secrets since so many entries of the audit log. */
  const writes = (start: number): readonly string[] =>
    installation.audit().slice(start).flatMap((entry) => (isEffectiveWrite(entry) && entry.namespace === namespace && entry.resource === 'secrets' ? [`${entry.verb} ${entry.name ?? ''}`] : []));
  const reported = (start: number): number => new Set(installation.audit().slice(start).flatMap(({ verb, resource, subresource, userAgent, name }) => (verb === 'patch' && resource === 'sealedsecrets' && subresource === 'status' && userAgent.startsWith('prelude/') ? [name] : []))).size;

  it('is taken over with its keys: 117 Secrets stay, 0 values change, 0 writes to them', { timeout }, async () => {
    const before = await secrets();
    expect(await takeover('--check')).toMatchObject({ code: 1, stdout: expect.stringContaining('1. stop Deployment kube-system/sealed-secrets-controller') });
    const note = 'the definition of SealedSecret is Sealed Secrets\' own';
    expect((await takeover('--check', '-o', 'json')).stdout).toContain(note);
    const applied = takeover('--apply', '--scale-down');
    // its pod goes with its Deployment, and so does the program
    await vi.waitFor(async () => expect(await replicas()).toBe(0), { timeout: 60_000, interval: 200 });
    await theirs?.stop();
    theirs = undefined;
    expect(await applied).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing is in the way') });

    const start = installation.audit().length;
    ours = await installation.startOurs(ourArgs);
    await vi.waitFor(() => expect(reported(start)).toBe(117), { timeout: 60_000, interval: 500 });
    expect(writes(start)).toEqual([]);
    // theirs has no place for what ours remembers of an unsealing: a restart opens all of it again
    expect([...(await installation.list(sealedSecretType, namespace)).values()].filter((object) => parseSealedSecretStatus(object).unsealed !== undefined)).toEqual([]);
    await ours.stop();
    await installation.define();
    expect((await takeover('--check', '-o', 'json')).stdout).not.toContain(note);
    ours = await installation.startOurs(ourArgs);
    await vi.waitFor(async () => expect([...(await installation.list(sealedSecretType, namespace)).values()].filter((object) => parseSealedSecretStatus(object).unsealed === undefined)).toEqual([]), { timeout: 60_000, interval: 500 });

    const after = await secrets();
    expect(writes(start)).toEqual([]);
    expect(changed(before, after)).toEqual([]);
    expect([...after.values()].map(({ metadata: { uid } }) => uid)).toEqual([...before.values()].map(({ metadata: { uid } }) => uid));
  });

  it('opens all 117 by our controller, too, where the Secrets are gone', { timeout }, async () => {
    await Promise.all(cases.map(async ({ manifest: { metadata: { name } } }) => await installation.cluster.delete(secretType, { namespace, name }, {}, never)));
    await vi.waitFor(async () => expect((await secrets()).size).toBe(117), { timeout: 60_000, interval: 500 });
    expect(contents(await secrets())).toEqual(expected());
  });

  it('has a new key', async () => {
    await printed(programs.prelude(['keys', 'new', '--namespace', keyNamespace, '--key-size', '2048', '--kubeconfig', installation.kubeconfig]));
    const newest = pemOf((await keys()).at(-1), 'tls.crt');
    await vi.waitFor(async () => {
      const args = ['--fetch-cert', '--kubeconfig', installation.kubeconfig];
      expect([await printed(programs.theirs(args)), await printed(programs.ours(args))]).toEqual([newest, newest]);
    }, { timeout: 30_000, interval: 500 });
  });

  describeService('our controller', async () => (await keys()).at(-1));

  it('is handed back: 117 Secrets stay, 0 values change, and what our key has sealed is opened', { timeout }, async () => {
    const before = await secrets();
    await ours?.stop();
    ours = undefined;
    await installation.scale('sealed-secrets-controller', 1);
    theirs = await installation.startTheirs(theirArgs);
    await vi.waitFor(async () => expect(await theirs?.unsealings()).toBeGreaterThanOrEqual(117), { timeout: 60_000, interval: 500 });
    await installation.untilSynced(namespace);
    const after = await secrets();
    expect(changed(before, after)).toEqual([]);
    expect([...after.values()].map(({ metadata: { uid } }) => uid)).toEqual([...before.values()].map(({ metadata: { uid } }) => uid));

    const stdin = `{"apiVersion":"v1","kind":"Secret","metadata":{"name":"last","namespace":"${namespace}"},"stringData":{"a":"1"}}`;
    const [last] = objects(await printed(programs.theirs(['--kubeconfig', installation.kubeconfig], { stdin })));
    expect((await keys()).length).toBe(2);
    await installation.cluster.create(sealedSecretType, last ?? expect.fail('nothing was sealed'), by, never);
    await vi.waitFor(async () => expect((await secrets()).get('last')).toMatchObject({ data: { a: 'MQ==' } }), { timeout: 30_000, interval: 200 });
  });
});
