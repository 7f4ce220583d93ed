import { randomBytes } from 'node:crypto';
import type { KubeObject } from '../../api/object.ts';
import { isKubeError, KubeError } from '../../kube/kube-error.ts';
import type { Cluster } from '../../kube/port.ts';
import { secretType } from '../../kube/resource-types.ts';
import type { Clock } from '../../lib/clock.ts';
import { SecretBytes } from '../../lib/secret-bytes.ts';
import { type BackupFor, createBackup, readBackup } from '../../seal/key-backup.ts';
import type { BackupSecrets } from '../../seal/read-key-ring.ts';
import { readSealingKey } from '../../seal/sealing-key.ts';
import { createKey, type KeyShape } from './create-key.ts';
import { inSealingOrder, sealingProblem } from './key-policy.ts';
import { keySecret, newKeySecret, sealingKeyLabel } from './key-secret.ts';

/** A key, for people. */
export interface ListedKey {
  readonly name: string;
  /** What its label says: `active` opens, `compromised` and the rest do not. */
  readonly state: string;
  readonly seals: boolean;
  /** Absent where the Secret holds none that can be read. */
  readonly fingerprint?: string;
  readonly notBefore?: number;
  readonly notAfter?: number;
  readonly problem?: string;
}

export interface ManageKeysDeps {
  readonly cluster: Pick<Cluster, 'pages' | 'get' | 'create' | 'update'>;
  readonly namespace: string;
  readonly clock: Clock;
}

const fieldManager = 'prelude-keys';

/** Every key of a namespace, the one that seals first. @throws KubeError */
export async function listKeys({ cluster, namespace, clock }: ManageKeysDeps, signal: AbortSignal): Promise<readonly ListedKey[]> {
  const now = clock.now();
  const secrets = await wholeKeySecrets({ cluster, namespace }, signal);
  const read = secrets.map((object) => ({ state: stateOf(object), found: keySecret(object) }));
  const keys = read.flatMap(({ state, found }) => (found.kind === 'key' ? [{ ...found, state }] : []));
  const active = inSealingOrder(keys.filter(({ state }) => state === 'active'), 'CertNotBefore', now);
  const listed = [...active, ...keys.filter(({ state }) => state !== 'active')].map((one, index): ListedKey => {
    const { notBefore, notAfter, fingerprint } = one.key.certificate;
    const problem = one.state === 'active' ? sealingProblem(one, now) : undefined;
    return { name: one.name, state: one.state, seals: index === 0 && one.state === 'active', fingerprint, notBefore, notAfter, ...(problem === undefined ? {} : { problem }) };
  });
  return [...listed, ...read.flatMap(({ state, found }) => (found.kind === 'malformed' ? [{ name: found.name, state, seals: false, problem: found.problem }] : []))];
}

function stateOf({ metadata }: KubeObject): string {
  return metadata.labels?.[sealingKeyLabel] ?? '';
}

async function wholeKeySecrets({ cluster, namespace }: Pick<ManageKeysDeps, 'cluster' | 'namespace'>, signal: AbortSignal): Promise<readonly KubeObject[]> {
  const found: KubeObject[] = [];
  for await (const { items } of cluster.pages(secretType, { namespace, labelSelector: sealingKeyLabel }, signal)) found.push(...items);
  return found;
}

/** Makes a key, whatever there is. A controller that runs takes it up at once. @returns the name of its Secret */
export async function makeKey(shape: KeyShape, { cluster, clock }: ManageKeysDeps, signal: AbortSignal): Promise<string> {
  const name = await createKey(shape, () => true, { cluster, clock, randomBytes }, signal);
  if (name === undefined) throw new KubeError('exists', 'somebody else made a key at this very moment: see "prelude keys list"');
  return name;
}

/** Sees to it that these are keys, before anything is done for it. @throws KubeError `absent` for the first that is none */
export async function requireKeys(names: readonly string[], { cluster, namespace }: ManageKeysDeps, signal: AbortSignal): Promise<void> {
  for (const name of names) await keyToWithdraw(name, { cluster, namespace }, signal);
}

/** Takes a key out of use: what it sealed is opened no more. The Secret stays. @throws KubeError `absent` where there is no such key */
export async function withdrawKey(name: string, { cluster, namespace }: ManageKeysDeps, signal: AbortSignal): Promise<void> {
  const live = await keyToWithdraw(name, { cluster, namespace }, signal);
  await cluster.update(secretType, { ...live, metadata: { ...live.metadata, labels: { ...live.metadata.labels, [sealingKeyLabel]: 'compromised' } } }, { fieldManager }, signal);
}

async function keyToWithdraw(name: string, { cluster, namespace }: Pick<ManageKeysDeps, 'cluster' | 'namespace'>, signal: AbortSignal): Promise<KubeObject> {
  const live = await cluster.get(secretType, { namespace, name }, signal);
  if (live?.metadata.labels?.[sealingKeyLabel] === undefined) throw new KubeError('absent', `there is no sealing key ${name} in namespace ${namespace}; see "prelude keys list"`);
  return live;
}

export interface BackedUp {
  /** Encrypted, armored. */
  readonly text: string;
  readonly names: readonly string[];
  /** Of Secrets that hold no key that can be read: they are not in it. */
  readonly left: readonly string[];
}

/** Encrypts all keys of a namespace, the withdrawn ones too. @throws KubeError, SealError */
export async function backUpKeys(to: BackupFor, deps: ManageKeysDeps, signal: AbortSignal): Promise<BackedUp> {
  const secrets = await wholeKeySecrets(deps, signal);
  const read = secrets.map((object) => ({ object, found: keySecret(object) }));
  const keys = read.flatMap(({ object, found }) => {
    if (found.kind !== 'key') return [];
    const { labels = {}, annotations = {} } = object.metadata;
    const keyPem = SecretBytes.fromUtf8(found.key.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString());
    return [{ name: found.name, namespace: deps.namespace, labels: new Map(Object.entries(labels)), annotations: new Map(Object.entries(annotations)), certificatePem: found.key.certificate.pem, keyPem }];
  });
  return { text: await createBackup(keys, to), names: keys.map(({ name }) => name), left: read.flatMap(({ found }) => (found.kind === 'malformed' ? [found.name] : [])) };
}

export interface Restored {
  readonly created: readonly string[];
  /** The very key is there already, under this or another name. */
  readonly present: readonly string[];
  /** Another key, or no key, has the name. */
  readonly taken: readonly string[];
}

/** Puts the keys of a backup into the namespace. Nothing that is there is changed. @throws KubeError, SealError */
export async function restoreKeys(file: Uint8Array, secrets: BackupSecrets, where: string, deps: ManageKeysDeps, signal: AbortSignal): Promise<Restored> {
  const { cluster, namespace } = deps;
  const known = new Set((await listKeys(deps, signal)).flatMap(({ fingerprint }) => fingerprint ?? []));
  const restored: Record<keyof Restored, string[]> = { created: [], present: [], taken: [] };
  for (const { name, labels, annotations, certificatePem, keyPem } of await readBackup(file, secrets, where)) {
    const { certificate } = readSealingKey(certificatePem, Buffer.from(keyPem.reveal()).toString('utf8'), `${where}, key ${name}`);
    if (known.has(certificate.fingerprint)) {
      restored.present.push(name);
      continue;
    }
    const made = newKeySecret({ certificatePem, keyPem }, { namespace, name, labels: {}, annotations: Object.fromEntries(annotations) });
    try {
      // the labels of the backup, that a key is withdrawn among them
      await cluster.create(secretType, { ...made, metadata: { ...made.metadata, labels: { ...made.metadata.labels, ...Object.fromEntries(labels) } } }, { fieldManager }, signal);
      restored.created.push(name);
    } catch (error) {
      if (!isKubeError(error, 'exists')) throw error;
      restored.taken.push(name);
    }
  }
  return restored;
}
