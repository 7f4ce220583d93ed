import type { Clock } from '../lib/clock.ts';
import type { CredentialSource } from './credential-source.ts';
import type { ResolvedCredential } from './selector.ts';
import { credentialKey } from './selector.ts';

interface Kept {
  readonly digest: string;
  /** What the object's version was; absent for service accounts, which nothing watches. */
  readonly version?: string;
  /** Until when it is believed, on the monotonic clock. */
  readonly until: number;
}

/** More credentials than any cluster has stores; beyond it the oldest hashes are forgotten and read again. */
const mostDigests = 20_000;
/** How long what was seen of a service account is believed, in milliseconds: its annotations hardly ever change. */
const accountAge = 60_000;

/** Hashes of credentials, each for as long as what it was made from is known to be the same. */
export class DigestMemory {
  readonly #source: Pick<CredentialSource, 'version' | 'configMapVersion'>;
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();

  constructor(source: Pick<CredentialSource, 'version' | 'configMapVersion'>, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
  }

  /** The hash of a credential that is unchanged since it was made. */
  recall(wanted: ResolvedCredential): string | undefined {
    const kept = this.#kept.get(credentialKey(wanted));
    if (kept === undefined || kept.until <= this.#clock.monotonic()) return undefined;
    // a version that is not known any more vouches for nothing
    if (wanted.kind !== 'ServiceAccount' && (kept.version === undefined || kept.version !== this.#versionOf(wanted))) return undefined;
    return kept.digest;
  }

  /** Call it before the read; what it answers takes the hash of what was read. */
  prepare(wanted: ResolvedCredential): (digest: string) => void {
    const at = credentialKey(wanted);
    const version = this.#versionOf(wanted);
    const until = wanted.kind === 'ServiceAccount' ? this.#clock.monotonic() + accountAge : Infinity;
    return (digest) => {
      this.#kept.delete(at);
      if (wanted.kind !== 'ServiceAccount' && version === undefined) return;
      this.#kept.set(at, { digest, until, ...(version === undefined ? {} : { version }) });
      const [oldest] = this.#kept.keys();
      if (this.#kept.size > mostDigests && oldest !== undefined) this.#kept.delete(oldest);
    };
  }

  #versionOf({ kind, namespace, name }: ResolvedCredential): string | undefined {
    if (kind === 'ServiceAccount') return undefined;
    return kind === 'ConfigMap' ? this.#source.configMapVersion(namespace, name) : this.#source.version(namespace, name);
  }
}
