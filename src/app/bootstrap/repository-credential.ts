import { formatKey, type KubeObject, keyOf, type ObjectKey } from '../../api/object.ts';
import { sealedSecretAnnotations } from '../../api/sealed-secret.ts';
import { findCredential } from '../../gitops/source/credentials/find-credential.ts';
import { hasMeans, readRepositorySecret, type RepositoryCredential, repositorySecrets } from '../../gitops/source/credentials/repository-credential.ts';
import type { Cluster } from '../../kube/port.ts';
import { secretType } from '../../kube/resource-types.ts';
import { SecretBytes } from '../../lib/secret-bytes.ts';
import { BootstrapError } from './bootstrap-error.ts';
import type { BootstrapOptions, BroughtCredential } from './bootstrap-options.ts';

/** On the Secret: the public half of the key in it, so that it can be told again without opening anything. */
const publicKeyAnnotation = 'prelude.dev/deploy-key';

/** A repository Secret in the cluster, and what it says. */
export interface FoundCredential {
  readonly secret: KubeObject;
  readonly credential: RepositoryCredential;
}

/** The repository Secrets of some namespaces, whole. @throws KubeError */
export async function listCredentials(cluster: Pick<Cluster, 'pages'>, namespaces: readonly string[], signal: AbortSignal): Promise<readonly FoundCredential[]> {
  const found: FoundCredential[] = [];
  for (const namespace of namespaces) {
    for await (const { items } of cluster.pages(secretType, { namespace, labelSelector: repositorySecrets }, signal)) {
      for (const secret of items) {
        const credential = readRepositorySecret(secret);
        if (credential !== undefined) found.push({ secret, credential });
      }
    }
  }
  return found;
}

/**
 * The one that the controller will use for a repository; undefined where none says how to ask.
 * @throws BootstrapError for one that is not used
 */
export function credentialFor(all: readonly FoundCredential[], url: string): FoundCredential | undefined {
  const chosen = findCredential(all.map(({ credential }) => credential), url);
  if (chosen?.problem !== undefined) throw new BootstrapError(`${chosen.name} is for this repository, and is not used: ${chosen.problem}`);
  return chosen === undefined || !hasMeans(chosen) ? undefined : all.find(({ credential }) => credential.name === chosen.name);
}

/** The public half of a Secret's key, where we have made it. */
export function publicKeyOf({ metadata }: KubeObject): string | undefined {
  return metadata.annotations?.[publicKeyAnnotation];
}

/** Name of the Secret of the repository that an Application is the first of. */
export function credentialName(application: string): string {
  return `repo-${application}`;
}

/**
 * The Secret of a credential in Argo CD's shape. A SealedSecret of its name may take it over: it belongs in Git, sealed.
 * @param publicKey of a key that was made here
 */
export function credentialSecret({ repository, namespace, name }: Pick<BootstrapOptions, 'repository' | 'namespace' | 'name'>, brought: BroughtCredential, publicKey?: string): KubeObject {
  const values = { type: SecretBytes.fromUtf8('git'), url: SecretBytes.fromUtf8(repository.url), ...(repository.knownHosts === undefined ? {} : { known_hosts: SecretBytes.fromUtf8(repository.knownHosts) }), ...valuesOf(brought) };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      namespace,
      name: credentialName(name),
      labels: { 'argocd.argoproj.io/secret-type': 'repository' },
      annotations: { [sealedSecretAnnotations.managed]: 'true', ...(publicKey === undefined ? {} : { [publicKeyAnnotation]: publicKey }) },
    },
    type: 'Opaque',
    data: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Buffer.from(value.reveal()).toString('base64')])),
  };
}

/** Over one that is there: what else is written on it stays, but for the public half of a key that it holds no more. */
export function inPlaceOf(before: KubeObject, wanted: KubeObject): KubeObject {
  const { [publicKeyAnnotation]: _told, ...annotations } = before.metadata.annotations ?? {};
  return { ...wanted, metadata: { ...before.metadata, labels: { ...before.metadata.labels, ...wanted.metadata.labels }, annotations: { ...annotations, ...wanted.metadata.annotations } } };
}

/** Why a Secret is not made. */
export function nameTaken(key: ObjectKey): BootstrapError {
  return new BootstrapError(`Secret ${formatKey(key)} is there already, and is not for this repository: pass another name with --name, or look at it there`);
}

function valuesOf(brought: BroughtCredential): Readonly<Record<string, SecretBytes>> {
  return brought.kind === 'ssh' ? { sshPrivateKey: brought.privateKey } : { username: brought.username, password: brought.password };
}

/** Whether a Secret holds already what it is to hold. */
export function holdsSame(live: KubeObject, wanted: KubeObject): boolean {
  const [has, should] = [dataOf(live), dataOf(wanted)];
  return has.size === should.size && [...should].every(([key, value]) => has.get(key) === value);
}

function dataOf(object: KubeObject): ReadonlyMap<string, unknown> {
  const data = object['data'];
  return new Map(typeof data === 'object' && data !== null ? Object.entries(data) : []);
}

/**
 * Sees to it that a credential that a person brings may go where one is already.
 * @throws BootstrapError where the one that is there is somebody else's
 */
export function refuseToReplace({ secret }: FoundCredential, name: string): void {
  const place = formatKey(keyOf(secret));
  const owner = secret.metadata.ownerReferences?.[0];
  if (owner !== undefined) throw new BootstrapError(`Secret ${place} is that of ${owner.kind} ${owner.name}: change it there, or leave the credential out`);
  if (secret.metadata.name !== credentialName(name)) throw new BootstrapError(`Secret ${place} holds a credential for this repository already: change it there, or leave the credential out`);
}
