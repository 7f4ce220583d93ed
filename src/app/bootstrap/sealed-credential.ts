import { randomBytes } from 'node:crypto';
import { formatKey, type KubeObject, keyOf } from '../../api/object.ts';
import { formatErrors } from '../../api/schema.ts';
import { parseSealedSecret, parseSealedSecretStatus, sealedSecretAnnotations, syncedCondition } from '../../api/sealed-secret.ts';
import { parseManifest } from '../../gitops/render/manifest-schema.ts';
import type { Cluster } from '../../kube/port.ts';
import { sealedSecretType, secretType } from '../../kube/resource-types.ts';
import type { Clock } from '../../lib/clock.ts';
import { sleep } from '../../lib/sleep.ts';
import { parseYaml } from '../../lib/yaml.ts';
import { YamlError } from '../../lib/yaml-error.ts';
import { readPlainSecret } from '../../seal/plain-secret.ts';
import { printManifest } from '../../seal/print-manifest.ts';
import { sealSecret } from '../../seal/seal-secret.ts';
import { readSealingCertificate } from '../../seal/sealing-key.ts';
import { usableCertificate } from '../../seal/usable-certificate.ts';
import { BootstrapError } from './bootstrap-error.ts';
import { type BootstrapProgress, bootstrapFieldManager } from './bootstrap-options.ts';

/**
 * A repository Secret as a SealedSecret for Git, as YAML.
 * @param certificate in PEM
 * @throws SealError for a certificate that is over
 */
export function sealCredential(secret: KubeObject, certificate: string, clock: Pick<Clock, 'now'>): Promise<string> {
  const where = `Secret ${formatKey(keyOf(secret))}`;
  // what says that a SealedSecret may take it over is of no use on the one that it makes
  const { [sealedSecretAnnotations.managed]: _managed, ...annotations } = secret.metadata.annotations ?? {};
  const { name, namespace, labels } = secret.metadata;
  const plain = readPlainSecret({ value: { ...secret, metadata: { name, namespace, labels, annotations } }, where, lineOf: () => 1 });
  const usable = usableCertificate(readSealingCertificate(certificate, 'the sealing key'), clock.now());
  return printManifest(sealSecret(plain, { certificate: usable, randomBytes }), 'yaml');
}

/**
 * Reads the file of a sealed credential.
 * @throws BootstrapError for anything but one SealedSecret of the namespace
 */
export function readSealedCredential(text: string, path: string, namespace: string): KubeObject {
  const [document, ...others] = documentsOf(text, path);
  const parsed = parseManifest(document);
  if (!parsed.ok || others.length > 0) throw new BootstrapError(`${path} is not one SealedSecret`);
  const sealed = parseSealedSecret(parsed.value);
  if (!sealed.ok) throw new BootstrapError(`${path}: ${formatErrors(sealed.errors)}`);
  const stands = parsed.value.metadata.namespace ?? '';
  if (stands !== namespace) throw new BootstrapError(`${path} is for ${stands === '' ? 'no namespace' : `namespace ${stands}`}, and credentials are read in ${namespace}`);
  return parsed.value;
}

function documentsOf(text: string, path: string): readonly unknown[] {
  try {
    return parseYaml(text).map(({ value }) => value);
  } catch (error) {
    if (error instanceof YamlError) throw new BootstrapError(`${path}: ${error.message}`);
    throw error;
  }
}

const lookEvery = 500;

/**
 * Applies a sealed credential and waits until the controller has opened it.
 * @returns the Secret
 * @throws KubeError; the signal's reason
 */
export async function openSealed(cluster: Cluster, sealed: KubeObject, { clock, progress }: { readonly clock: Clock; readonly progress: BootstrapProgress }, signal: AbortSignal): Promise<KubeObject> {
  const key = keyOf(sealed);
  await cluster.apply(sealedSecretType, sealed, { fieldManager: bootstrapFieldManager, force: true }, signal);
  progress.done(`SealedSecret ${formatKey(key)} applied`);
  for (let told = ''; ; ) {
    const secret = await cluster.get(secretType, key, signal);
    if (secret !== undefined) return secret;
    const live = await cluster.get(sealedSecretType, key, signal);
    const why = live === undefined ? undefined : parseSealedSecretStatus(live).conditions.find(({ type }) => type === syncedCondition)?.message;
    const waits = `SealedSecret ${formatKey(key)} is not opened yet${why === undefined || why === '' ? ': no controller has looked at it' : `: ${why}`}`;
    if (waits !== told) progress.waiting((told = waits));
    await sleep(clock, lookEvery, signal);
  }
}
