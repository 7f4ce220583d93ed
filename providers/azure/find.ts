import { createSemaphore } from '../../src/lib/semaphore.ts';
import type { FindQuery, FoundValue } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { ListedSecret } from './vault-object.ts';
import type { Vault } from './vault.ts';

/** Secrets that are read at once. */
const readsAtOnce = 8;
/** More than any Secret can be made of, in bytes; what is found is kept in memory until then. */
const most = 16 * 1024 * 1024;
/** Pages of a list, 25 secrets on each, and secrets in all that one search reads. */
const [mostPages, mostNames] = [1_000, 20_000];
/** Characters of a secret's name. */
const longestName = 127;

/**
 * The secrets whose name matches and that have all of the tags, each with its current value; those that are disabled are left out. `path`
 * has no meaning here, as in External Secrets.
 */
export async function findSecrets(secrets: Vault['secret'], query: FindQuery, signal: AbortSignal): Promise<readonly FoundValue[]> {
  const names = await namesOf(secrets, query, signal);
  const turns = createSemaphore(readsAtOnce);
  let size = 0;
  const read = async (key: string): Promise<readonly FoundValue[]> => {
    if (size > most) throw new ProviderError('invalid', `the secrets found have more than ${most / 1024 / 1024} MiB; narrow the search`);
    const found = await secrets.get(key, undefined, signal);
    // removed since it was listed
    if (found === undefined) return [];
    size += found.value.size;
    return [{ key, value: found.value, ...(found.version === undefined ? {} : { version: found.version }) }];
  };
  const values = await Promise.all(names.map((name) => turns.run(() => read(name), signal)));
  return values.flat();
}

/** @throws ProviderError where the list has no end, or its names are none */
async function namesOf({ pages }: Vault['secret'], query: FindQuery, signal: AbortSignal): Promise<readonly string[]> {
  const names: string[] = [];
  let read = 0;
  for await (const page of pages(signal)) {
    read += 1;
    if (page.some(({ name }) => name.length > longestName)) throw new ProviderError('unavailable', 'the vault does not answer as Azure Key Vault does: there are secrets whose names are too long');
    names.push(...page.filter((listed) => satisfies(listed, query)).map(({ name }) => name));
    if (read > mostPages) throw new ProviderError('invalid', `the vault lists its secrets on more than ${mostPages} pages; that is more than is read`);
    if (names.length > mostNames) throw new ProviderError('invalid', `the search finds more than ${mostNames} secrets; narrow it`);
  }
  return names;
}

function satisfies({ name, enabled, tags: present }: ListedSecret, { name: pattern, tags = {} }: FindQuery): boolean {
  if (!enabled || pattern?.matches(name) === false) return false;
  return Object.entries(tags).every(([tag, text]) => Object.hasOwn(present, tag) && present[tag] === text);
}
