import { isIP } from 'node:net';
import type { AddressRules } from '../../lib/address-rules.ts';
import { guardedLookup, refuseLiteral, type ResolveName } from '../../lib/guarded-lookup.ts';
import { HttpError } from '../../lib/http.ts';
import { SourceError } from './source-error.ts';

/** Which servers of repositories may be asked. */
export interface HostRules extends AddressRules {
  /** A proxy stands between https and the world: it resolves names, and we only see addresses that are written out. */
  readonly isProxied?: boolean;
  /** How names are resolved; absent: by the system. */
  readonly resolve?: ResolveName;
}

/** What Applications may name: nothing on this machine, no link-local and no metadata address. */
export const strictHosts: HostRules = { allowLoopback: false };

/**
 * The addresses of a server that may be asked, so that just these are connected to: a name that means something else the next
 * time gains nothing.
 * @throws SourceError `invalid` for an address that may not be asked, `unavailable` for a name that has none; the signal's reason
 */
export async function addressesOf(host: string, rules: HostRules, signal: AbortSignal): Promise<readonly string[]> {
  try {
    refuseLiteral(host, rules);
    if (isIP(host) !== 0) return [host];
    return await resolved(host, rules, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof HttpError) throw new SourceError('invalid', error.message);
    throw new SourceError('unavailable', `the name ${host} has no address`, { cause: error });
  }
}

function resolved(host: string, { resolve, ...rules }: HostRules, signal: AbortSignal): Promise<readonly string[]> {
  return new Promise((fulfil, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    guardedLookup(rules, resolve)(host, { all: true }, (error, found) => {
      signal.removeEventListener('abort', onAbort);
      if (error !== null) reject(error);
      else fulfil(typeof found === 'string' ? [found] : found.map(({ address }) => address));
    });
  });
}
