import type { FindQuery, FoundValue } from '../../src/provider/contract.ts';
import { heldBytes } from '../../src/provider/member-bytes.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { dataOf } from './secret-document.ts';
import type { RemoteSecrets } from './secrets.ts';

/** More than any Secret can be made of, in bytes; what is found is kept in memory until then. */
const most = 16 * 1024 * 1024;
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
  let next: { readonly next?: string } = {};
  do {
    const page = await secrets.page({ selector, ...next }, signal);
    if (page === 'expired') return 'expired';
    for (const document of page.items) {
      const { name: key, resourceVersion } = document.metadata;
      if (!matches(key)) continue;
      const value = dataOf(document);
      size += heldBytes(value);
      found.push({ key, value, ...(resourceVersion === undefined ? {} : { version: resourceVersion }) });
    }
    if (size > most) throw new ProviderError('invalid', `the Secrets found have more than ${most / 1024 / 1024} MiB; narrow the search`);
    next = page.next === undefined ? {} : { next: page.next };
  } while (next.next !== undefined);
  return found;
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
