import { createSemaphore } from '../../src/lib/semaphore.ts';
import type { FindQuery, FoundValue } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { SecretRecord } from './answers.ts';
import type { ProjectLocation } from './project-location.ts';
import { parentOf } from './project-location.ts';
import type { SecretReader } from './read.ts';
import type { SecretManager } from './secret-manager.ts';

export interface FindOptions {
  readonly secrets: SecretManager;
  readonly reader: SecretReader;
  readonly where: ProjectLocation;
}

/** Values read side by side. */
const readsAtOnce = 20;

/**
 * All secrets that satisfy the query, with their latest values. Google narrows the list; what it lets through is looked at again. A
 * secret that has no version is none yet.
 * @throws ProviderError also where one value cannot be read: a list without it would say that it is gone
 */
export async function findSecrets(query: FindQuery, { secrets, reader, where }: FindOptions, signal: AbortSignal): Promise<readonly FoundValue[]> {
  const listed = await secrets.list(parentOf(where), filterOf(query), signal);
  const wanted = listed.filter((secret) => satisfies(secret, query));
  const turns = createSemaphore(readsAtOnce);
  const found = await Promise.all(wanted.map(({ key }) => turns.run(() => readFound(reader, key, signal), signal)));
  return found.flatMap((value) => (value === undefined ? [] : [value]));
}

async function readFound(reader: SecretReader, key: string, signal: AbortSignal): Promise<FoundValue | undefined> {
  const result = await reader.read({ key }, signal);
  if (result.kind === 'absent') return undefined;
  if (result.kind === 'value') return { key, ...result };
  const { kind, message, retryAfter } = result.error;
  throw new ProviderError(kind, `secret ${key}: ${message}`, retryAfter === undefined ? {} : { retryAfter });
}

function satisfies({ key, labels }: SecretRecord, { path = '', name, tags = {} }: FindQuery): boolean {
  return key.startsWith(path) && (name === undefined || name.matches(key)) && Object.entries(tags).every(([label, value]) => Object.hasOwn(labels, label) && labels[label] === value);
}

/**
 * The query in Google's notation, as far as it knows what is asked: it has no filter for how a name begins.
 * @throws ProviderError `invalid` for what no secret's name or label can be, which else would look as if nothing were there
 */
function filterOf({ path = '', tags = {} }: FindQuery): string {
  if (!/^[A-Za-z0-9_-]*$/.test(path)) throw new ProviderError('invalid', "find.path: names of Google's secrets hold letters, digits, - and _ only, so none begins like this");
  const labels = Object.entries(tags).map(([label, value]) => {
    if (!isLabel(label) || !(value === '' || isLabel(value))) throw new ProviderError('invalid', 'find.tags: labels of Google hold small letters, digits, - and _ only, 63 at most');
    return value === '' ? `labels.${label}:*` : `labels.${label}=${value}`;
  });
  return [...labels, ...(path === '' ? [] : [`name:${path}`])].join(' AND ');
}

function isLabel(text: string): boolean {
  return /^[\p{Ll}\p{Lo}\p{N}_-]{1,63}$/u.test(text);
}
