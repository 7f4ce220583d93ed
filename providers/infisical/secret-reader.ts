import type { Clock } from '../../src/lib/clock.ts';
import { createSemaphore, type Semaphore } from '../../src/lib/semaphore.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { asResult } from '../../src/provider/as-result.ts';
import type { ReadResult } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { InfisicalApi, InfisicalSecret } from './api.ts';
import { withoutValue } from './api.ts';
import type { SecretPlace } from './place.ts';

/** How long a refusal to list a folder is believed, in milliseconds: permissions change. */
const probeEvery = 3_600_000;
/** Lists, and single secrets, asked for side by side: what is on its way counts before it is read. */
const [listsAtOnce, singlesAtOnce] = [4, 8];

/** Reads secrets: several of one folder by a list of it, all others singly. */
export class SecretReader {
  readonly #api: InfisicalApi;
  readonly #clock: Clock;
  /** Until when the secrets of a folder are read one by one, on the monotonic clock. */
  readonly #singlyUntil: Map<string, number>;
  readonly #lists: Semaphore = createSemaphore(listsAtOnce);
  readonly #singles: Semaphore = createSemaphore(singlesAtOnce);

  constructor(api: InfisicalApi, clock: Clock, singlyUntil = new Map<string, number>()) {
    this.#api = api;
    this.#clock = clock;
    this.#singlyUntil = singlyUntil;
  }

  /** The same for one batch, which has a bound of bytes; what is known of refusals they know together. */
  bounded(): SecretReader {
    return new SecretReader(this.#api.bounded(), this.#clock, this.#singlyUntil);
  }

  /** The present values of secrets of one folder, by name. */
  async readFolder(folder: string, names: ReadonlySet<string>, signal: AbortSignal): Promise<ReadonlyMap<string, ReadResult>> {
    const listed = names.size < 2 ? new Map<string, ReadResult>() : await this.#list(folder, names, signal);
    // a secret that is not in the list may be hidden from it: whether it is absent, Infisical is asked itself
    const missing = [...names].filter((name) => !listed.has(name));
    const singly = await Promise.all(missing.map(async (name) => [name, await this.readOne({ folder, name }, undefined, signal)] as const));
    return new Map([...listed, ...singly]);
  }

  /** One secret. Says `absent` only where Infisical has the environment, and says so of this secret or of its folder. */
  readOne(place: SecretPlace, version: string | undefined, signal: AbortSignal): Promise<ReadResult> {
    return asResult(async () => {
      const secret = await this.#singles.run(() => this.#api.secret(place, { imports: 'shown', ...(version === undefined ? {} : { version }) }, signal), signal);
      if (typeof secret === 'object') return valueOf(secret);
      if (secret === 'nothing') await this.requireEnvironment(place, signal);
      return { kind: 'absent' };
    });
  }

  /** Infisical says of a folder that is not there the same as of an environment that is not: every environment has the folder `/`. */
  async requireEnvironment({ folder, name }: SecretPlace, signal: AbortSignal): Promise<void> {
    const root = folder === '/' ? 'nothing' : await this.#api.secret({ folder: '/', name }, { imports: 'left out' }, signal);
    if (root === 'nothing') throw new ProviderError('invalid', 'Infisical has no such environment; check secretsScope.environmentSlug');
  }

  async #list(folder: string, names: ReadonlySet<string>, signal: AbortSignal): Promise<ReadonlyMap<string, ReadResult>> {
    if (this.#clock.monotonic() < (this.#singlyUntil.get(folder) ?? 0)) return new Map();
    this.#singlyUntil.delete(folder);
    const listed = await asResult(async () => ({ kind: 'listed', secrets: await this.#lists.run(() => this.#api.listWhereAllowed(folder, { isRecursive: false }, signal), signal) }) as const);
    if (listed.kind === 'error') return new Map([...names].map((name) => [name, listed]));
    if (listed.secrets !== undefined) return resultsOf(listed.secrets, names);
    this.#singlyUntil.set(folder, this.#clock.monotonic() + probeEvery);
    return new Map();
  }
}

function resultsOf(secrets: readonly InfisicalSecret[], names: ReadonlySet<string>): ReadonlyMap<string, ReadResult> {
  const results = new Map<string, ReadResult>();
  for (const secret of secrets) if (names.has(secret.secretKey) && !results.has(secret.secretKey)) results.set(secret.secretKey, valueOf(secret));
  return results;
}

function valueOf({ secretValue, secretValueHidden, version }: InfisicalSecret): ReadResult {
  if (secretValueHidden === true) return { kind: 'error', error: new ProviderError('denied', 'Infisical lets the identity know that there is the secret, and not its value') };
  if (typeof secretValue !== 'string') return { kind: 'error', error: withoutValue() };
  return { kind: 'value', value: SecretBytes.fromUtf8(secretValue), ...(typeof version === 'number' ? { version: String(version) } : {}) };
}
