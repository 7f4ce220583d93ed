import type { Provider, ProviderContext } from '../../src/provider/contract.ts';
import { type ErasedProvider, erase } from '../../src/provider/registry.ts';
import { type Certificate, type CertificateAuthority, createAuthority } from './certificate.ts';
import { type ProviderFaultProxy, startProviderFaultProxy, type Upstream } from './provider-fault-proxy.ts';

/** A store with a service of its own behind a proxy of its own. */
export interface FaultLane {
  /** `spec.provider` of the store. */
  readonly provider: object;
  /** Keys of the Secret `creds-<lane>`, which the store names. */
  readonly credentials: Readonly<Record<string, string>>;
  /** What an ExternalSecret refers to for its two keys, as they stand in `remoteRef`. */
  readonly references: readonly [object, object];
  /** Puts these texts there, as somebody else does. */
  readonly store: (texts: readonly [string, string]) => Promise<void>;
  readonly proxy: ProviderFaultProxy;
  /** Of a service that is asked over TLS. */
  readonly tls?: LaneTls;
  /** Sees to it that the credentials are refused, or good again. */
  readonly expire?: (expired: boolean) => void;
  readonly close: () => Promise<void>;
}

/** By what a lane's proxy proves who it is. */
export interface LaneTls {
  readonly authority: CertificateAuthority;
  readonly certificate: Certificate;
  readonly hosts: readonly string[];
}

/** An adapter, and how stores of it are laid out for the tests of faults. */
export interface FaultScene {
  readonly name: string;
  readonly provider: ErasedProvider;
  /** How it is asked: what else a fault may be depends on it. */
  readonly speaks: 'json' | 'grpc';
  readonly isTls: boolean;
  /** Why versions of values say nothing of which is the later one; absent: they do. */
  readonly incomparable?: string;
  /** Faults that are no faults of this service, but answers that mean something, with the reason. */
  readonly meansWell?: Readonly<Record<string, string>>;
  /** What it says of many faults alike, because its protocol tells no more. */
  readonly saysToo?: RegExp;
  /** @param host the name to ask for, which leads to this machine; absent: the address */
  readonly open: (lane: string, host?: string) => Promise<FaultLane>;
}

/** What the context of a lane's connection is instead. */
export type Change = (context: ProviderContext) => ProviderContext;

/** A provider that is led to the servers of the tests where no field of a store says the address: lane by lane, which credentials name. */
export function led<Config>(provider: Provider<Config>, changes: ReadonlyMap<string, Change>): ErasedProvider {
  const laneOf = (config: Config): string => /"creds-([a-z0-9-]+)"/.exec(JSON.stringify(config))?.[1] ?? '';
  return erase({ ...provider, connect: (config, context, signal) => provider.connect(config, (changes.get(laneOf(config)) ?? same)(context), signal) });
}

const same: Change = (context) => context;

/** Variables that lead the adapter to the lane. */
export function withEnvironment(environment: Readonly<Record<string, string>>): Change {
  return (context) => ({ ...context, environment: new Map(Object.entries(environment)) });
}

/** What a proxy stands before, and the name in its URL. */
export interface Behind {
  readonly upstream: Upstream;
  readonly host: string | undefined;
}

/** A proxy that speaks plain HTTP. */
export async function plainProxy({ upstream, host }: Behind): Promise<ProviderFaultProxy> {
  return startProviderFaultProxy({ upstream, ...(host === undefined ? {} : { host }) });
}

/** A proxy that speaks TLS, by an authority of its own. */
export async function tlsProxy({ upstream, host }: Behind, name: string): Promise<{ readonly proxy: ProviderFaultProxy; readonly tls: LaneTls; readonly caBundle: string }> {
  const authority = createAuthority('authority of the lane');
  const hosts = [name, '127.0.0.1', ...(host === undefined ? [] : [host])];
  const certificate = authority.issue({ commonName: name, hosts });
  const proxy = await startProviderFaultProxy({ upstream, certificate, ...(host === undefined ? {} : { host }) });
  return { proxy, tls: { authority, certificate, hosts }, caBundle: Buffer.from(authority.cert).toString('base64') };
}

/** What is kept under a name: JSON with one member, which references take out of it. */
export function member(text: string): string {
  return JSON.stringify({ p: text });
}

/** The references of the two keys. */
export function pair(of: (which: 'user' | 'password') => object): readonly [object, object] {
  return [of('user'), of('password')];
}

/** Closes everything at once. */
export async function closeAll(...closes: readonly (() => Promise<unknown>)[]): Promise<void> {
  await Promise.all(closes.map((close) => close()));
}
