import { z } from 'zod';
import type { Clock } from '../../src/lib/clock.ts';
import type { HttpResponse } from '../../src/lib/http.ts';
import { untilAborted } from '../../src/lib/until-aborted.ts';
import { membersOf } from '../../src/provider/go-json.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { VaultLogin } from './login.ts';
import { answerParts } from './vault-answer.ts';
import type { VaultApi, VaultRequest } from './vault-api.ts';

export interface VaultSessionOptions {
  readonly api: VaultApi;
  /** Logs in; undefined where the configuration says nothing, and nobody is asked as anybody. */
  readonly logIn: (signal: AbortSignal) => Promise<VaultLogin | undefined>;
  /** Where secrets are. */
  readonly namespace: string | undefined;
  /** Where the token is from. */
  readonly authNamespace: string | undefined;
  readonly clock: Clock;
}

/** The token of a session, and until when. Times are on the monotonic clock. */
interface HeldToken extends VaultLogin {
  /** From then on it is prolonged, or another is taken, while it serves on. */
  renewAt: number;
  readonly endsAt: number;
  /** From then on it is not used any more: requests take time, and clocks differ. */
  readonly until: number;
  /** When it was last known to be good, where that had to be asked. */
  checkedAt?: number;
}

/** A token is renewed when this much of its time is over. */
const renewAfter = 2 / 3;
/** The last part of a token's time in which it is not used any more, and the most that is, in milliseconds. */
const [unusedPart, mostUnused] = [0.05, 10_000];
/**
 * How long a refused login is believed at first, and at the most; it doubles from one to the next: a wrong password must not lock a user out
 * by being tried for every read. Milliseconds.
 */
const [refusalStands, refusalStandsAtMost] = [10_000, 300_000];
/** How long a token that was looked up counts as good, so that what its policies deny costs no look-ups. Milliseconds. */
const checkStands = 60_000;
/** How long giving a token back may take. Milliseconds. */
const revokeTimeout = 5_000;
/** When to try again to prolong a token that still is good, or to get another, where that has failed. Milliseconds. */
const renewAgain = 5_000;

const lookUpSelf = { method: 'GET', path: 'auth/token/lookup-self' } as const;

/** The namespace that all others are in: each edition has it. */
function isRoot(namespace: string | undefined): boolean {
  return ['', 'root'].includes((namespace ?? '').replaceAll('/', ''));
}

const renewed = z.object({ lease_duration: z.number(), renewable: z.boolean().optional() });

/**
 * One login for all that is asked under one identity. The token is prolonged, or another is taken, before it ends, and nobody waits for that;
 * one that Vault does not know any more is replaced once; at the end it is given back, unless it was there before.
 */
export class VaultSession implements AsyncDisposable {
  readonly #options: VaultSessionOptions;
  readonly #life = new AbortController();
  #held: HeldToken | undefined;
  #refused: { readonly error: ProviderError; readonly stands: number; readonly until: number } | undefined;
  #opening: Promise<HeldToken | undefined> | undefined;
  #checking: Promise<boolean> | undefined;

  constructor(options: VaultSessionOptions) {
    this.#options = options;
  }

  /** Sends a request with the token. Any answer with a status is one. @throws ProviderError; the signal's reason */
  async send(request: Omit<VaultRequest, 'token' | 'namespace'>, signal: AbortSignal): Promise<HttpResponse> {
    const token = await this.#token(signal);
    const answer = await this.#sendAs(token, request, signal);
    if (answer.status !== 403 || token === undefined || token.isGiven) return answer;
    // Vault says the same of a token that has ended and of one whose policies deny this
    if (!(await untilAborted(this.#isReplaced(token), signal))) return answer;
    return this.#sendAs(await this.#token(signal), request, signal);
  }

  /**
   * Asks Vault whether it knows the token.
   * @throws ProviderError `denied` where it does not; `invalid` where it has logged in elsewhere than in the namespace that was named, as
   * editions without namespaces do; the signal's reason
   */
  async lookUp(signal: AbortSignal): Promise<void> {
    let token = await this.#token(signal);
    let answer = await this.#ownCall(token, lookUpSelf, signal);
    if (answer.status === 403 && token?.isGiven === false && (await untilAborted(this.#isReplaced(token), signal))) {
      token = await this.#token(signal);
      answer = await this.#ownCall(token, lookUpSelf, signal);
    }
    if (answer.status !== 200) throw this.#options.api.errorOf(answer);
    const data = answerParts(answer).get('data');
    if (data === undefined) throw new ProviderError('unavailable', 'Vault does not say anything about the token');
    const isElsewhere = !isRoot(this.#options.authNamespace) && !membersOf(data).has('namespace_path');
    if (token?.isGiven === false && isElsewhere) throw new ProviderError('invalid', 'this Vault has no namespaces: it takes no heed of the one that is named, and would answer for all; remove namespace and auth.namespace');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const held = this.#held;
    this.#held = undefined;
    this.#life.abort(new ProviderError('unavailable', 'the connection to Vault is closed'));
    await this.#revoke(held);
  }

  #now(): number {
    return this.#options.clock.monotonic();
  }

  #sendAs(token: HeldToken | undefined, request: Omit<VaultRequest, 'token' | 'namespace'>, signal: AbortSignal): Promise<HttpResponse> {
    return this.#options.api.send({ ...request, token: token?.token, namespace: this.#options.namespace }, signal);
  }

  /** What is asked about the token itself. */
  #ownCall(token: VaultLogin | undefined, request: Omit<VaultRequest, 'token' | 'namespace'>, signal: AbortSignal): Promise<HttpResponse> {
    return this.#options.api.send({ ...request, token: token?.token, namespace: this.#options.authNamespace }, signal);
  }

  /** The token to use now; undefined where none is needed. It is got once for all who wait, whose signals do not end it for the others. */
  async #token(signal: AbortSignal): Promise<HeldToken | undefined> {
    signal.throwIfAborted();
    const held = this.#held;
    if (held === undefined || this.#now() >= held.until) return untilAborted(this.#opened(), signal);
    if (this.#now() >= held.renewAt) {
      this.#opened().catch(() => {
        held.renewAt = this.#now() + renewAgain;
      });
    }
    return held;
  }

  #opened(): Promise<HeldToken | undefined> {
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #open(): Promise<HeldToken | undefined> {
    this.#life.signal.throwIfAborted();
    const held = this.#held;
    if (held !== undefined) {
      const kept = await this.#prolong(held);
      if (kept !== undefined) return this.#hold(kept);
    }
    const taken = await this.#logIn();
    const other = taken === undefined ? undefined : this.#hold(this.#timed(taken));
    if (held !== undefined && this.#now() < held.endsAt) await this.#revoke(held);
    return other;
  }

  async #logIn(): Promise<VaultLogin | undefined> {
    if (this.#refused !== undefined && this.#now() < this.#refused.until) throw this.#refused.error;
    try {
      const login = await this.#options.logIn(this.#life.signal);
      this.#refused = undefined;
      return login;
    } catch (error) {
      if (error instanceof ProviderError && (error.kind === 'denied' || error.kind === 'invalid')) {
        const stands = this.#refused === undefined ? refusalStands : Math.min(refusalStandsAtMost, this.#refused.stands * 2);
        this.#refused = { error, stands, until: this.#now() + stands };
      }
      throw error;
    }
  }

  /** A closed session keeps no token: what comes too late goes back at once. */
  #hold(token: HeldToken): HeldToken {
    if (!this.#life.signal.aborted) this.#held = token;
    else void this.#revoke(token);
    return token;
  }

  #timed(login: VaultLogin): HeldToken {
    const lease = login.leaseSeconds === 0 ? Number.POSITIVE_INFINITY : login.leaseSeconds * 1000;
    const endsAt = this.#now() + lease;
    return { ...login, renewAt: this.#now() + lease * renewAfter, endsAt, until: endsAt - Math.min(mostUnused, lease * unusedPart) };
  }

  /** The same token for longer; undefined where another is needed. */
  async #prolong(held: HeldToken): Promise<HeldToken | undefined> {
    if (!held.isRenewable || this.#now() >= held.endsAt) return undefined;
    try {
      const answer = await this.#ownCall(held, { method: 'PUT', path: 'auth/token/renew-self', body: {} }, this.#life.signal);
      if (answer.status === 200) return this.#longer(held, answer);
      if (answer.status < 500 && answer.status !== 429) return undefined;
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
    }
    return { ...held, renewAt: this.#now() + renewAgain };
  }

  #longer(held: HeldToken, answer: HttpResponse): HeldToken | undefined {
    const auth = renewed.safeParse(JSON.parse(answerParts(answer).get('auth') ?? '{}'));
    if (!auth.success) return undefined;
    const { lease_duration: leaseSeconds, renewable = false } = auth.data;
    // near its greatest age a token is prolonged by less and less: then another is taken the next time
    const isRenewable = renewable && leaseSeconds * 2 >= held.leaseSeconds;
    return this.#timed({ ...held, isRenewable, leaseSeconds: isRenewable ? leaseSeconds : Math.max(1, leaseSeconds) });
  }

  /** Whether another token is there than the one that was refused. */
  #isReplaced(refused: HeldToken): Promise<boolean> {
    if (this.#held !== refused) return Promise.resolve(true);
    if (refused.checkedAt !== undefined && this.#now() - refused.checkedAt < checkStands) return Promise.resolve(false);
    this.#checking ??= this.#replaceWhereUnknown(refused).finally(() => {
      this.#checking = undefined;
    });
    return this.#checking;
  }

  async #replaceWhereUnknown(refused: HeldToken): Promise<boolean> {
    const { status } = await this.#ownCall(refused, lookUpSelf, this.#life.signal);
    refused.checkedAt = this.#now();
    if (status !== 403) return false;
    const login = await this.#logIn();
    if (login === undefined) return false;
    // it is as new as can be: what it may not do, it may not do
    this.#hold({ ...this.#timed(login), checkedAt: this.#now() });
    // a role that may not look its own token up is told the same: then there still is one
    await this.#revoke(refused);
    return true;
  }

  /** Whoever is done with a token gives it back; where that fails it ends by itself. */
  async #revoke(token: VaultLogin | undefined): Promise<void> {
    if (token === undefined || token.isGiven) return;
    try {
      await this.#ownCall(token, { method: 'PUT', path: 'auth/token/revoke-self', body: {}, timeout: revokeTimeout }, new AbortController().signal);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
    }
  }
}
