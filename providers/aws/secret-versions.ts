import type { SecretListEntry } from '@aws-sdk/client-secrets-manager';
import type { Clock } from '../../src/lib/clock.ts';
import type { RemoteRef } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { BelievedDenial } from './believed-denial.ts';
import { mostSecrets, versionOf } from './read-secrets.ts';
import type { SecretsManager } from './secrets-manager.ts';
import { isNamed } from './secrets-manager.ts';

/** The longest prefix that a filter takes, and of which characters. */
const filterable = /^[\w :@/+=.-]{0,512}/;
/** How long it is believed that an account holds too many secrets to be listed, in milliseconds. */
const recountEvery = 3_600_000;

/**
 * The present versions of many secrets at once, by a list of them: a hundred to a call, while reading takes a call for twenty. Only names that
 * begin as all those asked for are listed. An account with too many others is found out by a list that would cost more than reading, and is
 * then left alone for an hour.
 */
export class SecretVersions {
  readonly #service: SecretsManager;
  readonly #clock: Clock;
  readonly #denied: BelievedDenial;
  /** How many calls a list took, or at least would take, by prefix. */
  #known: { readonly prefix: string; readonly pages: number; readonly until: number } | undefined;

  constructor({ service, clock }: { readonly service: SecretsManager; readonly clock: Clock }) {
    this.#service = service;
    this.#clock = clock;
    this.#denied = new BelievedDenial(clock);
  }

  /**
   * In the order of the references; undefined for those that must be read.
   * @throws ProviderError `denied` where the identity may not list, told once an hour; the signal's reason
   */
  async of(refs: readonly RemoteRef[], signal: AbortSignal): Promise<readonly (string | undefined)[]> {
    const wanted = refs.filter((ref) => ref.metadata !== true);
    const current = wanted.filter((ref) => versionOf(ref) === undefined);
    const reads = Math.ceil(new Set(current.map(({ key }) => key)).size / mostSecrets) + (wanted.length - current.length);
    const prefix = prefixOf(wanted.map(({ key }) => key));
    const listed = await this.#list(prefix, reads, signal);
    const byName = new Map(listed.map((secret) => [secret.Name, secret]));
    return refs.map((ref) => {
      const secret = byName.get(ref.key) ?? (ref.key.startsWith('arn:') ? listed.find((one) => isNamed(one, ref.key)) : undefined);
      return secret === undefined || ref.metadata === true ? undefined : presentVersion(ref, secret);
    });
  }

  /** Empty where reading takes no more calls. */
  async #list(prefix: string, reads: number, signal: AbortSignal): Promise<readonly SecretListEntry[]> {
    if (reads < 2 || this.#denied.holds || this.#pagesOf(prefix) >= reads) return [];
    const found: SecretListEntry[] = [];
    let pages = 0;
    for (let next: { readonly next?: string } | undefined = {}; next !== undefined; ) {
      const page = await this.#page(prefix, next, signal);
      pages += 1;
      found.push(...page.secrets);
      next = page.next === undefined ? undefined : { next: page.next };
      if (next !== undefined && pages + 1 >= reads) {
        this.#remember(prefix, pages + 1);
        return [];
      }
    }
    this.#remember(prefix, pages);
    return found;
  }

  async #page(prefix: string, next: { readonly next?: string }, signal: AbortSignal) {
    try {
      return await this.#service.list({ filters: prefix === '' ? [] : [{ Key: 'name', Values: [prefix] }], ...next }, signal);
    } catch (thrown) {
      signal.throwIfAborted();
      if (thrown instanceof ProviderError && (thrown.kind === 'denied' || thrown.kind === 'unsupported')) this.#denied.believe();
      throw thrown;
    }
  }

  #pagesOf(prefix: string): number {
    const known = this.#known;
    return known === undefined || known.prefix !== prefix || this.#clock.monotonic() >= known.until ? 1 : known.pages;
  }

  #remember(prefix: string, pages: number): void {
    this.#known = { prefix, pages, until: this.#clock.monotonic() + recountEvery };
  }
}

/** How all these names begin; those that are ARNs may begin anyhow. */
function prefixOf(keys: readonly string[]): string {
  if (keys.some((key) => key.startsWith('arn:'))) return '';
  const [first = '', ...others] = keys;
  let length = filterable.exec(first)?.[0].length ?? 0;
  for (const other of others) while (!other.startsWith(first.slice(0, length))) length -= 1;
  return first.slice(0, length);
}

/** What reading would call it. A version that is named is what it is, as long as its secret is there. */
function presentVersion(ref: RemoteRef, { DeletedDate: deleted, SecretVersionsToStages: versions = {} }: SecretListEntry): string | undefined {
  if (deleted !== undefined) return undefined;
  const { VersionId: id, VersionStage: stage = 'AWSCURRENT' } = versionOf(ref) ?? {};
  return Object.entries(versions).find(([version, stages]) => (id === undefined ? stages.includes(stage) : version === id))?.[0];
}
