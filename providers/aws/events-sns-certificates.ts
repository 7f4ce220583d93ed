import type { X509Certificate } from 'node:crypto';
import type { HttpClient } from '../../src/lib/http.ts';
import { HttpError } from '../../src/lib/http.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { LruMap } from '../../src/lib/lru-map.ts';
import { readSnsCertificate } from './events-sns-message.ts';

/** A certificate; `refused` where what stands there is none of SNS; `unavailable` where it cannot be had just now. */
export type FoundCertificate = X509Certificate | 'refused' | 'unavailable';

/** Milliseconds that a certificate is kept, that one is asked for anew before that ends, and that a failure to get one is kept. */
const [kept, renewedBefore, keptFailure] = [3_600_000, 600_000, 30_000];
/** AWS has one certificate for a region, or two while it changes them; a failure takes little room. */
const [mostCertificates, mostFailures] = [8, 64];
/** Messages that wait for certificates at once. */
const mostWaiting = 16;

interface Kept<T> {
  readonly until: number;
  readonly found: T;
}

/**
 * Fetches signing certificates from the region's own host, one at a time, and keeps them. The name in a message is not proved yet, and
 * whoever sends one may invent it: a failure says something of that name alone, and what has not proved a message takes no place of what has.
 */
export class SnsCertificates {
  readonly #http: HttpClient;
  readonly #clock: Clock;
  readonly #proven = new LruMap<Kept<X509Certificate>>(mostCertificates);
  readonly #unproven = new LruMap<Kept<X509Certificate>>(mostCertificates);
  readonly #failures = new LruMap<Kept<'refused' | 'unavailable'>>(mostFailures);
  readonly #renewing = new Set<string>();
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor({ http, clock }: { readonly http: HttpClient; readonly clock: Clock }) {
    this.#http = http;
    this.#clock = clock;
  }

  /** @param host the one host that may be asked. @throws the signal's reason */
  async find(url: string, host: string, signal: AbortSignal): Promise<FoundCertificate> {
    if (!isCertificateUrl(url, host)) return 'refused';
    this.#renew(url, host);
    const known = this.#known(url);
    if (known !== undefined) return known;
    if (this.#waiting >= mostWaiting) return 'unavailable';
    this.#waiting += 1;
    const asked = this.#turn.then(() => this.#known(url) ?? this.#fetch(url, host, signal)).finally(() => (this.#waiting -= 1));
    this.#turn = asked.catch(() => undefined);
    return asked;
  }

  /** A message of a declared topic is signed by what was found there: it is AWS's own. */
  proved(url: string): void {
    const one = this.#unproven.get(url);
    if (one === undefined) return;
    this.#unproven.delete(url);
    this.#proven.set(url, one);
  }

  #known(url: string): FoundCertificate | undefined {
    const known = [this.#proven, this.#unproven, this.#failures].map((some) => some.get(url)).find((one) => one !== undefined && this.#clock.monotonic() < one.until);
    return known?.found;
  }

  async #fetch(url: string, host: string, signal: AbortSignal): Promise<FoundCertificate> {
    const found = await this.#ask(url, host, signal);
    if (typeof found === 'string') this.#failures.set(url, { until: this.#clock.monotonic() + keptFailure, found });
    else this.#unproven.set(url, { until: this.#clock.monotonic() + kept, found });
    return found;
  }

  /** Asks anew for what has proved messages before it ends, so that none waits behind invented names. What fails is tried with a later message. */
  #renew(url: string, host: string): void {
    const now = this.#clock.monotonic();
    const { until } = this.#proven.get(url) ?? {};
    if (until === undefined || now < until - renewedBefore || now >= until || this.#renewing.has(url) || now < (this.#failures.get(url)?.until ?? 0)) return;
    this.#renewing.add(url);
    // it outlives the message that it is asked for; the request has a deadline of its own
    void this.#askAnew(url, host, new AbortController().signal).finally(() => this.#renewing.delete(url));
  }

  async #askAnew(url: string, host: string, signal: AbortSignal): Promise<void> {
    const found = await this.#ask(url, host, signal).catch(() => 'unavailable' as const);
    if (typeof found === 'string') this.#failures.set(url, { until: this.#clock.monotonic() + keptFailure, found });
    else this.#proven.set(url, { until: this.#clock.monotonic() + kept, found });
  }

  async #ask(url: string, host: string, signal: AbortSignal): Promise<FoundCertificate> {
    try {
      const { status, body } = await this.#http({ method: 'GET', url, largestAnswer: 65_536, timeout: 5_000 }, signal);
      if (status !== 200) return status === 404 || status === 403 ? 'refused' : 'unavailable';
      return readSnsCertificate(Buffer.from(body).toString('utf8'), host, this.#clock.now()) ?? 'refused';
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof HttpError) return 'unavailable';
      throw error;
    }
  }
}

/** `https://<host>/SimpleNotificationService-<hex>.pem`, and nothing that only looks like it. */
function isCertificateUrl(text: string, host: string): boolean {
  const url = URL.parse(text);
  return url !== null && url.href === text && url.origin === `https://${host}` && url.search === '' && url.username === '' && /^\/SimpleNotificationService-[0-9a-f]{1,64}\.pem$/.test(url.pathname);
}
