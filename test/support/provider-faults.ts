import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import { createAuthority } from './certificate.ts';
import type { Exchange, Told, WireFault } from './provider-fault-proxy.ts';
import type { FaultLane, FaultScene } from './provider-fault-lane.ts';

/** One thing that may go wrong between an adapter and its service. */
export interface ProviderFault {
  readonly name: string;
  /**
   * Whether what the service answers cannot be had. `later`: at first it can; `maybe`: an adapter may also make out what is meant.
   */
  readonly fails: 'always' | 'later' | 'maybe';
  /** What a condition says of it. */
  readonly says: RegExp;
  /** Which adapters it may happen to; absent: all. */
  readonly concerns?: (scene: FaultScene) => boolean;
  /** What becomes of requests while it lasts. */
  readonly wire?: WireFault;
  /** It says of a value that it has no such member: who lets go of what is gone may let go of that. */
  readonly empties?: true;
  /** The service is asked for by a name. */
  readonly isNamed?: true;
  /** It begins once a later value has been read. */
  readonly afterNewer?: true;
  readonly begin?: (lane: FaultLane) => void;
  readonly end?: (lane: FaultLane) => void;
}

/** Stands in answers that nobody may repeat. */
export const pageText = 'unquotable-page-7be2';

const page = `<html><head><title>Log in</title></head><body>${pageText}</body></html>`;

function answerWith(status: number, headers: Readonly<Record<string, string>> = {}, body = page): WireFault {
  return ({ send }) => send({ status, headers: { 'content-type': 'text/html', ...headers }, body: Buffer.from(body) });
}

/** An answer of a service that is not well, as far as anybody can tell: it has its own form nowhere. */
function failure(status: number, headers: Readonly<Record<string, string>> = {}): WireFault {
  return answerWith(status, { 'content-type': 'application/json', ...headers }, JSON.stringify({ message: pageText }));
}

/** Changes what the service answers. */
function altered(change: (told: Told) => Told): WireFault {
  return async ({ answer, send }) => send(change(await answer()));
}

/** @param change what is to stand in the place of a value; `undefined` leaves its member out */
function json(change: (value: unknown, isPlanted: boolean) => unknown): WireFault {
  return altered((told) => {
    if (told.body.length === 0 || !/^\s*[[{"]/.test(told.body.toString('utf8'))) return told;
    return { ...told, body: Buffer.from(JSON.stringify(walk(JSON.parse(told.body.toString('utf8')), change)) ?? '') };
  });
}

/** What the tests plant begins with this. */
export const plantedMark = 'planted-';
const plantedBase64 = Buffer.from(plantedMark).toString('base64').slice(0, 9);

function walk(value: unknown, change: (value: unknown, isPlanted: boolean) => unknown): unknown {
  if (Array.isArray(value)) return change(value.map((one: unknown) => walk(one, change)), false);
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, walk(one, change)]));
  return change(value, typeof value === 'string' && (value.includes(plantedMark) || value.startsWith(plantedBase64)));
}

function planted(put: (value: string) => unknown): WireFault {
  return json((value, isPlanted) => (isPlanted ? put(String(value)) : value));
}

/** The answer as text, changed where a planted value stands in it. */
function spelled(from: RegExp, to: Uint8Array): WireFault {
  return altered((told) => {
    const text = told.body.toString('latin1');
    return { ...told, body: Buffer.from(text.replace(from, () => Buffer.from(to).toString('latin1')), 'latin1') };
  });
}

const speaksJson = ({ speaks }: FaultScene): boolean => speaks === 'json';
const speaksGrpc = ({ speaks }: FaultScene): boolean => speaks === 'grpc';
const isTls = (scene: FaultScene): boolean => scene.isTls;

async function drip({ answer, begin, more }: Exchange): Promise<void> {
  const told = await answer();
  begin(told, 1);
  for (const byte of told.body.subarray(1, -1)) {
    await new Promise((resolve) => setTimeout(resolve, 150));
    if (!more(Uint8Array.of(byte))) return;
  }
}

const down = /not available|cannot be reached|not be reached|connection|broke|unreachable|did not answer|no answer|is not well|unavailable/i;

/** Names that lead to this machine, and that can be made to lead nowhere. */
export function nameFor(lane: string): string {
  return `${lane}.faults.test`;
}

const lost = new Set<string>();
let isHooked = false;

/** Makes the names of lanes known to this process, as a name server would. */
export function hookNames(): void {
  if (isHooked) return;
  isHooked = true;
  const { lookup } = dns;
  const { lookup: lookupLater } = dns.promises;
  const unknown = (name: string): Error => Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: name });
  const local = { address: '127.0.0.1', family: 4 } as const;
  const hooked = (name: string, ...rest: readonly unknown[]): void => {
    if (!name.endsWith('.faults.test')) return void Reflect.apply(lookup, dns, [name, ...rest]);
    const [callback, options] = [rest.at(-1), rest.length > 1 ? rest[0] : undefined];
    if (typeof callback !== 'function') throw new Error('a lookup has a callback');
    const isAll = typeof options === 'object' && options !== null && Reflect.get(options, 'all') === true;
    const answer: readonly unknown[] = lost.has(name) ? [unknown(name)] : isAll ? [null, [local]] : [null, local.address, local.family];
    setImmediate(() => Reflect.apply(callback, undefined, answer));
  };
  const hookedLater = async (name: string, options: unknown): Promise<unknown> => {
    if (!name.endsWith('.faults.test')) return Reflect.apply(lookupLater, dns.promises, [name, options]);
    if (lost.has(name)) throw unknown(name);
    return typeof options === 'object' && options !== null && Reflect.get(options, 'all') === true ? [local] : local;
  };
  Object.assign(dns, { lookup: hooked });
  Object.assign(dns.promises, { lookup: hookedLater });
  syncBuiltinESMExports();
}

function hostOf({ proxy }: FaultLane): string {
  return new URL(proxy.url).hostname;
}

/** The rows of faults that concern providers, one after the other. */
export const providerFaults: readonly ProviderFault[] = [
  { name: '429 without Retry-After', fails: 'always', says: /slow down|too many|throttl|too slowly/i, wire: failure(429) },
  { name: '429 with Retry-After', fails: 'always', says: /slow down|too many|throttl|too slowly/i, wire: failure(429, { 'retry-after': '20' }) },
  { name: '500', fails: 'always', says: down, wire: failure(500) },
  { name: '502 of a proxy', fails: 'always', says: down, wire: answerWith(502) },
  { name: '503', fails: 'always', says: down, wire: failure(503) },
  { name: 'reset before an answer', fails: 'always', says: down, wire: ({ reset }) => reset() },
  {
    name: 'reset in the middle of an answer',
    fails: 'always',
    says: down,
    wire: async ({ answer, begin, reset }) => {
      const told = await answer();
      begin(told, Math.ceil(told.body.length / 2));
      setTimeout(reset, 20);
    },
  },
  { name: 'hang before headers', fails: 'always', says: /did not answer|in time/i, wire: () => {} },
  { name: 'hang after headers', fails: 'always', says: /did not answer|in time/i, wire: async ({ answer, begin }) => begin(await answer(), 0) },
  { name: 'slow drip of a body', fails: 'always', says: /did not answer|in time/i, wire: drip },
  { name: 'wrong content type', fails: 'maybe', says: /./, wire: altered((told) => ({ ...told, headers: { ...told.headers, 'content-type': 'image/png' } })) },
  { name: 'login page with 200', fails: 'always', says: /./, wire: answerWith(200) },
  { name: 'login page with 403', fails: 'always', says: /./, wire: answerWith(403) },
  { name: "404 of a proxy, and not the service's", fails: 'always', says: /./, wire: answerWith(404) },
  { name: 'redirect to another host', fails: 'always', says: /./, wire: answerWith(302, { location: 'http://169.254.169.254/latest/meta-data/' }) },
  { name: 'nothing, with 200', fails: 'always', says: /./, wire: answerWith(200, {}, '') },
  { name: 'credentials refused from the second request on', fails: 'later', says: /./, wire: async (exchange) => (exchange.count < 2 ? exchange.send(await exchange.answer()) : failure(401)(exchange)) },
  { name: 'truncated JSON', fails: 'always', says: /./, concerns: speaksJson, wire: altered((told) => ({ ...told, body: told.body.subarray(0, Math.floor(told.body.length / 2)) })) },
  { name: 'null in place of JSON', fails: 'always', says: /./, concerns: speaksJson, wire: altered((told) => ({ ...told, body: Buffer.from('null') })) },
  { name: 'an empty list in place of JSON', fails: 'always', says: /./, concerns: speaksJson, wire: altered((told) => ({ ...told, body: Buffer.from('[]') })) },
  { name: 'empty lists', fails: 'maybe', says: /./, concerns: speaksJson, wire: json((value) => (Array.isArray(value) ? [] : value)) },
  { name: 'partial batch', fails: 'maybe', says: /./, concerns: speaksJson, wire: json((value) => (Array.isArray(value) ? value.slice(0, -1) : value)) },
  { name: 'entries twice', fails: 'maybe', says: /./, concerns: speaksJson, wire: json((value) => (Array.isArray(value) ? [...value, ...value] : value)) },
  { name: 'null in place of a value', fails: 'always', says: /./, concerns: speaksJson, wire: planted(() => null) },
  { name: 'a number in place of a value', fails: 'always', says: /./, concerns: speaksJson, wire: planted(() => 7) },
  { name: 'an object in place of a value', fails: 'always', says: /./, concerns: speaksJson, wire: planted(() => ({ [pageText]: true })) },
  { name: 'an empty list in place of a value', fails: 'always', says: /./, concerns: speaksJson, wire: planted(() => []) },
  { name: 'a value left out', fails: 'always', empties: true, says: /./, concerns: speaksJson, wire: planted(() => undefined) },
  { name: 'a value of 2 MiB', fails: 'always', says: /./, concerns: speaksJson, wire: planted((value) => 'A'.repeat(2 * 1024 * 1024) + value) },
  { name: 'a value that is no UTF-8', fails: 'always', says: /./, concerns: speaksJson, wire: spelled(/planted-/g, Uint8Array.of(0xff, 0xfe, 0xc3)) },
  { name: 'a property gone', fails: 'always', empties: true, says: /./, concerns: speaksJson, wire: planted((value) => (value.startsWith('{') ? '{"q":"1"}' : undefined)) },
  { name: 'an empty message', fails: 'always', says: /./, concerns: speaksGrpc, wire: altered((told) => ({ ...told, body: Buffer.alloc(5) })) },
  { name: 'a message of half its bytes', fails: 'always', says: /./, concerns: speaksGrpc, wire: altered((told) => ({ ...told, body: told.body.subarray(0, Math.floor(told.body.length / 2)) })) },
  { name: 'a message with other bytes', fails: 'always', says: /./, concerns: speaksGrpc, wire: spelled(/planted-/g, Buffer.from('altered-')) },
  { name: 'GOAWAY', fails: 'always', says: /./, concerns: speaksGrpc, wire: ({ goAway }) => goAway() },
  { name: 'GOAWAY with every answer', fails: 'maybe', says: /./, concerns: speaksGrpc, wire: async ({ answer, send, goAway }) => {
    send(await answer());
    goAway();
  } },
  {
    name: 'an older answer after a newer one',
    fails: 'maybe',
    says: /older/,
    afterNewer: true,
    wire: ({ remembered, send }) => send(remembered() ?? { status: 503, headers: {}, body: Buffer.alloc(0) }),
  },
  {
    name: 'certificate of another authority',
    fails: 'always',
    says: /certificate|reached/i,
    concerns: isTls,
    begin: ({ proxy, tls }) => proxy.certify(createAuthority('somebody else').issue({ commonName: 'localhost', hosts: tls?.hosts ?? [] })),
    end: ({ proxy, tls }) => tls !== undefined && proxy.certify(tls.certificate),
  },
  {
    name: 'expired certificate',
    fails: 'always',
    says: /certificate|reached/i,
    concerns: isTls,
    begin: ({ proxy, tls }) => tls !== undefined && proxy.certify(tls.authority.issue({ commonName: 'localhost', hosts: tls.hosts, expired: true })),
    end: ({ proxy, tls }) => tls !== undefined && proxy.certify(tls.certificate),
  },
  {
    name: 'unknown name',
    fails: 'always',
    isNamed: true,
    // gRPC goes on with the addresses that it knows
    concerns: ({ speaks }) => speaks !== 'grpc',
    says: down,
    // who was on the way when the name went arrives all the same
    wire: ({ reset }) => reset(),
    begin: (lane) => {
      lost.add(hostOf(lane));
      lane.proxy.cut();
    },
    end: (lane) => void lost.delete(hostOf(lane)),
  },
];
