import type { Manifest } from './manifest.ts';
import { readJsonManifests } from './json-manifests.ts';
import { readPlainSecret } from './plain-secret.ts';
import { type OutputFormat, printManifest } from './print-manifest.ts';
import { SealError } from './seal-error.ts';
import { aimSecret, type SealChoices, type SealMeans, sealSecret } from './seal-secret.ts';

export interface SealTextOptions extends SealChoices, SealMeans {
  /** The file, or what else it comes from. */
  readonly where: string;
  readonly format: OutputFormat;
  /** The namespace of Secrets that have none; asked for only where there is one. */
  readonly contextNamespace?: () => Promise<string | undefined>;
}

/**
 * Seals all the Secrets of a text and prints the SealedSecrets in their order.
 * @throws SealError where one of them cannot be sealed: nothing comes of the others then
 */
export async function sealText(input: Uint8Array, { where, format, contextNamespace, ...options }: SealTextOptions): Promise<string> {
  const read = (await readInput(input, where)).map(readPlainSecret);
  const name = options.namespace === undefined && read.some(({ namespace }) => namespace === '') ? await contextNamespace?.() : undefined;
  const choices = name === undefined ? options : { ...options, namespace: { name, isDemanded: false } };
  const secrets = read.map((secret) => aimSecret(secret, choices));
  if (secrets.length === 0) throw new SealError('no secrets found. Ensure the input is valid and UTF-8 encoded');
  const printed = await Promise.all(secrets.map((secret) => printManifest(sealSecret(secret, options, options), format)));
  return printed.join('');
}

/** The objects of a text; what it takes to read YAML is loaded for YAML only. @throws SealError */
export async function readInput(input: Uint8Array, where: string): Promise<readonly Manifest[]> {
  const json = readJsonManifests(Buffer.from(input).toString('utf8'), where);
  if (json !== undefined) return json;
  const { readManifests } = await import('./manifest.ts');
  return readManifests(input, where);
}
