import dns, { type LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import type { AddressRules } from './address-rules.ts';
import { addressProblem } from './address-rules.ts';
import { HttpError } from './http.ts';

/** The addresses of a name. */
export type ResolveName = (hostname: string) => Promise<readonly LookupAddress[]>;

/** What `lookup` of the system says: `/etc/hosts`, then the name servers. */
const resolveBySystem: ResolveName = (hostname) =>
  new Promise((resolve, reject) => {
    dns.lookup(hostname, { all: true }, (error, addresses) => (error === null ? resolve(addresses) : reject(error)));
  });

/**
 * Resolves names for sockets, and fails where one of the addresses may not be asked: a name that leads to both kinds is no accident.
 * Sockets connect to what this returns and ask no one else.
 */
export function guardedLookup(rules: AddressRules, resolve: ResolveName = resolveBySystem): LookupFunction {
  return (hostname, options, callback) => {
    void (async () => {
      const found = await addressesOf(hostname, rules, resolve);
      if (found instanceof Error) return callback(found, '');
      const [first, ...others] = typeof options.family === 'number' && options.family !== 0 ? found.filter(({ family }) => family === options.family) : found;
      if (first === undefined) return callback(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), '');
      return options.all === true ? callback(null, [first, ...others]) : callback(null, first.address, first.family);
    })();
  };
}

async function addressesOf(hostname: string, rules: AddressRules, resolve: ResolveName): Promise<readonly LookupAddress[] | Error> {
  try {
    const addresses = await resolve(hostname);
    for (const { address } of addresses) refuse(hostname, address, rules);
    return addresses;
  } catch (error) {
    return error instanceof Error ? error : new Error('the name was not resolved');
  }
}

/**
 * Refuses a host that is an address, which sockets do not look up.
 * @throws HttpError `address`
 */
export function refuseLiteral(hostname: string, rules: AddressRules): void {
  const address = hostname.replace(/^\[|\]$/g, '');
  if (isIP(address) !== 0) refuse(hostname, address, rules);
}

function refuse(hostname: string, address: string, rules: AddressRules): void {
  const problem = addressProblem(address, rules);
  if (problem !== undefined) throw new HttpError('address', `${hostname} must not be asked: it is ${problem}`);
}
