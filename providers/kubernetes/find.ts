import type { FindQuery, FoundValue } from '../../src/provider/contract.ts';
import { heldBytes } from '../../src/provider/member-bytes.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { AnswerTooLarge } from './api.ts';
import { dataOf } from './secret-document.ts';
import type { RemoteSecrets } from './secrets.ts';

/** More than any Secret can be made of, in bytes; what is found is kept in memory until then. */
const most = 16 * 1024 * 1024;
/** Bytes that one search may read, found or not: a namespace of a tenant's, or a server of its own, may have any number of Secrets. */
const mostRead = 32 * 1024 * 1024;
/** How many Secrets come at once, and where those are too large together: each may have a megabyte and a half. */
const [manySecrets, fewSecrets] = [50, 5];
/** How often a list that became too old is begun anew. */
const mostLists = 3;

/**
 * The Secrets whose labels are the tags and whose name matches, each as the JSON object of its data. `path` has no meaning here, as in
 * External Secrets.
 */
export async function findSecrets(secrets: RemoteSecrets, { name, tags = {} }: FindQuery, signal: AbortSignal): Promise<readonly FoundValue[]> {
  const selector = selectorOf(tags);
  for (let lists = 0; lists < mostLists; lists += 1) {
    const found = await listOnce(secrets, { selector, matches: name?.matches ?? (() => true) }, signal);
    if (found !== 'expired') return found;
  }
  throw new ProviderError('unavailable', 'the list of Secrets became too old before it ended, several times');
}

interface Wanted {
  readonly selector: string;
  readonly matches: (name: string) => boolean;
}

async function listOnce(secrets: RemoteSecrets, { selector, matches }: Wanted, signal: AbortSignal): Promise<readonly FoundValue[] | 'expired'> {
  const found: FoundValue[] = [];
  let size = 0;
  let read = 0;
  let limit: number = manySecrets;
  let next: { readonly next?: string } | undefined = {};
  while (next !== undefined) {
    const page = await pageOrTooLarge(secrets, { selector, limit, ...next }, signal);
    if (page === 'expired') return 'expired';
    if (page === 'too large') {
      limit = fewSecrets;
      continue;
    }
    read += page.bytes;
    if (read > mostRead) throw new ProviderError('invalid', `the search reads more than ${mostRead / 1024 / 1024} MiB of Secrets; narrow it by find.tags`);
    for (const document of page.items) {
      const { name: key, resourceVersion } = document.metadata;
      if (!matches(key)) continue;
      const value = dataOf(document);
      size += heldBytes(value);
      found.push({ key, value, ...(resourceVersion === undefined ? {} : { version: resourceVersion }) });
    }
    if (size > most) throw new ProviderError('invalid', `the Secrets found have more than ${most / 1024 / 1024} MiB; narrow the search`);
    next = page.next === undefined ? undefined : { next: page.next };
  }
  return found;
}

/** A few large ones are read still; what is too large even then is an error. */
async function pageOrTooLarge(secrets: RemoteSecrets, page: Parameters<RemoteSecrets['page']>[0], signal: AbortSignal): Promise<Awaited<ReturnType<RemoteSecrets['page']>> | 'too large'> {
  try {
    return await secrets.page(page, signal);
  } catch (error) {
    if (error instanceof AnswerTooLarge && page.limit > fewSecrets) return 'too large';
    throw error;
  }
}

const labelValue = /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;
const labelKey = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** Only what can be a label gets into the selector: it has a grammar of its own. */
function selectorOf(tags: Readonly<Record<string, string>>): string {
  for (const [key, value] of Object.entries(tags)) {
    if (!labelKey.test(key) || !labelValue.test(value)) throw new ProviderError('invalid', `find.tags: ${JSON.stringify(key)} and its value cannot be a label`);
  }
  return Object.entries(tags).map(([key, value]) => `${key}=${value}`).join(',');
}
