import { replaceYamlDocuments } from '../lib/yaml-replace.ts';
import { FieldReader } from './field-reader.ts';
import { type JsonPiece, splitJson } from './json-stream.ts';
import { type Manifest, readManifests } from './manifest.ts';
import { isPlainSecret, readPlainSecret } from './plain-secret.ts';
import { printManifest } from './print-manifest.ts';
import { SealError } from './seal-error.ts';
import { aimSecret, type SealChoices, type SealMeans, sealSecret } from './seal-secret.ts';

export interface SealFileOptions extends SealChoices, SealMeans {
  readonly where: string;
}

/** What became of a file that holds Secrets in plain text. */
export interface SealedFile {
  /** The file with SealedSecrets in the place of Secrets, all else as it was. */
  readonly inPlace: () => string;
  /** The SealedSecrets alone. */
  readonly alone: string;
  readonly secrets: number;
}

/**
 * Seals the Secrets of a file, in the format that the file has. What SOPS has encrypted is left alone.
 * @returns undefined where there is none
 * @throws SealError where one cannot be sealed, or stands in a List: what is left of that has no place for it
 */
export async function sealFile(text: string, { where, ...options }: SealFileOptions): Promise<SealedFile | undefined> {
  const secrets = readManifests(text, where).filter(isOpenSecret);
  if (secrets.length === 0) return undefined;
  const inList = secrets.find(({ path }) => path.length > 0);
  if (inList !== undefined) throw new SealError(`${where}:${inList.lineOf([])}: this Secret stands in a List: give it a document of its own`);
  const pieces = splitJson(text);
  const printed = await Promise.all(secrets.map(async (manifest) => [manifest.document, await print(manifest, options, pieces === undefined ? 'yaml' : 'json')] as const));
  const alone = printed.map(([, sealed]) => sealed).join('');
  const bare = new Map(printed.map(([document, sealed]) => [document, sealed.replace(/^---\n/, '')]));
  return { inPlace: () => (pieces === undefined ? replaceYamlDocuments(text, bare) : replaceJson(text, pieces, bare)), alone, secrets: secrets.length };
}

function replaceJson(text: string, pieces: readonly JsonPiece[], replacements: ReadonlyMap<number, string>): string {
  return pieces.toReversed().reduce((whole, { from, text: old }, index) => whole.slice(0, from) + (replacements.get(pieces.length - 1 - index)?.trimEnd() ?? old) + whole.slice(from + old.length), text);
}

async function print(manifest: Manifest, options: SealChoices & SealMeans, format: 'json' | 'yaml'): Promise<string> {
  try {
    return await printManifest(sealSecret(aimSecret(readPlainSecret(manifest), options), options, options), format);
  } catch (error) {
    if (!(error instanceof SealError) || error.message.startsWith(`${manifest.where}:`)) throw error;
    throw new SealError(`${manifest.where}:${manifest.lineOf(['metadata'])}: ${error.message}`);
  }
}

function isOpenSecret(manifest: Manifest): boolean {
  return isPlainSecret(manifest) && FieldReader.of(manifest.value, () => manifest.where).any('sops') === undefined;
}
