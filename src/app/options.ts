import type { RendererName } from '../gitops/render/renderer-choice.ts';
import type { GitProtocol } from '../gitops/source/git-command.ts';
import { parseDuration } from '../lib/duration.ts';
import { type AllowedTargets, type GroupKind, parseGenericTargets } from '../secret/manifest/allowed-targets.ts';
import type { KeyOrder } from './sealing-keys/key-policy.ts';
import { type LogLevel, logLevels } from '../lib/log-level.ts';

/** A bad option, to be told with exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Which cluster a command works on. */
export type ClusterOptions =
  | { readonly kind: 'local'; readonly folder: string }
  | { readonly kind: 'kubernetes'; readonly kubeconfig: string | undefined; readonly context: string | undefined };

/** A source repository that is read from a folder instead of from its address. */
export interface RepositoryMapping {
  readonly url: string;
  readonly path: string;
}

export interface UpOptions {
  /** A folder of a work tree, or the address of a Git repository. */
  readonly target: string;
  /** Branch, tag or commit, where the target is an address. */
  readonly revision: string | undefined;
  readonly repositories: readonly RepositoryMapping[];
  /** Who renders charts of Applications that do not say; absent: `builtin`. */
  readonly renderer?: RendererName;
  readonly cluster: ClusterOptions;
  /** Milliseconds until `up` gives up waiting. */
  readonly timeout: number;
  /** Go on although External Secrets Operator runs there with the same class. */
  readonly besideEso?: boolean;
  /** Where the keys of SealedSecrets are. Absent: in a cluster they are left to the controller there, and those of a folder are in `prelude`. */
  readonly sealKeyNamespace?: string;
  readonly adapters?: AdapterOptions;
}

/** What stores may be of, and as whom they may ask. */
export interface AdapterOptions {
  /** Adapters beside those that Prelude is built with: names of npm packages, or paths of files. */
  readonly packages: readonly string[];
  /** Whether namespaced stores may ask as Prelude itself. */
  readonly allowOwnIdentity: boolean;
  /** Folders whose files may be read by stores of provider `file`. */
  readonly fileRoots: readonly string[];
}

export const noAdapters: AdapterOptions = { packages: [], allowOwnIdentity: false, fileRoots: [] };

export interface RunOptions {
  readonly cluster: ClusterOptions;
  /** The controller's own namespace. */
  readonly namespace: string;
  readonly applicationNamespaces: readonly string[];
  /** The only namespaces the controller looks at, with Roles there; empty: all of them, with ClusterRoles. */
  readonly namespaces: readonly string[];
  readonly repositories: readonly RepositoryMapping[];
  /** Who renders charts of Applications that do not say; absent: `builtin`. */
  readonly renderer?: RendererName;
  /** Stores of another class are left to others. */
  readonly controllerClass: string;
  readonly controllers: ReadonlySet<ControllerGroup>;
  /** Milliseconds between two looks at a Git branch. */
  readonly pollInterval: number;
  /** `file` lets Applications read this machine's disk: for tests and air-gapped mirrors. */
  readonly gitProtocols: readonly GitProtocol[];
  /** Whether repositories may be on this very machine; absent: they may not. */
  readonly gitAllowLoopback?: boolean;
  readonly listen: Address;
  readonly logLevel: LogLevel;
  /** Start the controllers of secrets although External Secrets Operator runs with the same class. */
  readonly besideEso: boolean;
  /** Kinds beside Secrets that ExternalSecrets may make. */
  readonly genericTargets: AllowedTargets;
  /** Milliseconds between validations of a store that does not say. */
  readonly storeRequeueInterval: number;
  readonly adapters: AdapterOptions;
  /** Several of us compete for a Lease, and one of them works; absent: there is one of us only. */
  readonly leaderElection?: LeaderElectionOptions;
  /** False: no record of writes goes to the log. */
  readonly auditLog?: boolean;
  /** The file that says who is told of what happens to Applications; absent: nobody is. */
  readonly notifyConfig?: string;
  /** The file that says how kinds of their own fare, for all Applications; absent: they say it themselves. */
  readonly healthRules?: string;
  /** Absent: no admission webhook is served. */
  readonly admission?: AdmissionOptions;
  /** Absent: pods are not held until their Secrets are current. It needs the webhook. */
  readonly podGate?: PodGateOptions;
  /** Absent: changes at providers are found by refreshes alone. */
  readonly events?: EventsOptions;
  /** For the controller of SealedSecrets; without it, it does not run. */
  readonly sealing?: SealingOptions;
}

/** What is competed for, in the controller's own namespace. */
export interface LeaderElectionOptions {
  /** Name of the Lease. */
  readonly lease: string;
  /** Name of the Service without a selector through which events come to the one that leads. Absent: it has a selector, or there are none. */
  readonly eventsService?: string;
}

/** How SealedSecrets are opened: keys, and who may ask. */
export interface SealingOptions {
  /** Where the keys' Secrets are. */
  readonly keyNamespace: string;
  readonly keyPrefix: string;
  /** Bits. */
  readonly keySize: number;
  /** Milliseconds that a certificate is good for. */
  readonly keyTtl: number;
  readonly commonName: string;
  /** Milliseconds from one key to the next; 0: only the first is made. */
  readonly renewPeriod: number;
  readonly keyOrder: KeyOrder;
  /** Keys from before are too old to seal with: milliseconds since the epoch. */
  readonly cutoff?: number;
  readonly keyLabels: Readonly<Record<string, string>>;
  readonly keyAnnotations: Readonly<Record<string, string>>;
  readonly acceptDeprecated: boolean;
  /** Absent: kubeseal is not served. */
  readonly listen?: Address;
  /** Requests to verify and rotate a second, and at once after a rest, of each caller. */
  readonly rate: { readonly perSecond: number; readonly burst: number };
  /** Whether callers without a token are turned away: those that come through the API server's proxy have none. */
  readonly refuseTokenless: boolean;
  /** Whether names of SealedSecrets stay out of the metrics. */
  readonly omitsNames: boolean;
  /** Start although Sealed Secrets' controller runs for the same namespaces. */
  readonly besideUpstream: boolean;
}

/** Who tells of changes at providers, and where they are listened to. */
export interface EventsOptions {
  /** The file that declares the sources. */
  readonly config: string;
  /** Absent: sources are pulled only. */
  readonly listen: Address | undefined;
}

/** Where the admission webhook listens, and the folder with its tls.crt and tls.key. */
export interface AdmissionOptions {
  readonly listen: Address;
  readonly certFolder: string;
}

/** How pods are held until their Secrets are current. */
export interface PodGateOptions {
  /** Milliseconds from a pod's creation until it is let go in any case. */
  readonly timeout: number;
}

/** The half that resolves secrets, the half that releases from Git, and the half that opens SealedSecrets. They can run apart. */
export const controllerGroups = ['secrets', 'git', 'sealed'] as const;
export type ControllerGroup = (typeof controllerGroups)[number];

export interface Address {
  readonly host: string;
  readonly port: number;
}

export const gitProtocols: readonly GitProtocol[] = ['https', 'ssh', 'file'];

/** `https`, `ssh`, `file` or several, separated by commas. */
export function parseGitProtocols(text: string): readonly GitProtocol[] {
  return parseList('--git-protocols', text, gitProtocols);
}

/** `--repo URL=PATH`. The URL may hold `=`; the path is what follows the last one. */
export function parseRepository(text: string): RepositoryMapping {
  const cut = text.lastIndexOf('=');
  if (cut <= 0 || cut === text.length - 1) throw new UsageError(`--repo ${text}: write URL=PATH, e.g. https://github.com/acme/testnets.git=../testnets`);
  return { url: text.slice(0, cut), path: text.slice(cut + 1) };
}

/** `--generic-target GROUP/VERSION/KIND`. */
export function parseGenericTarget(text: string): readonly GroupKind[] {
  try {
    return parseGenericTargets([text]);
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`--generic-target ${text}: ${error.message}`);
    throw error;
  }
}

/** A positive Go duration such as `90s` or `10m`, in milliseconds. */
export function parseWait(flag: string, text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms <= 0) throw new UsageError(`${flag} ${text}: write a duration such as 90s or 10m`);
  return ms;
}

/** `host:port`, `[v6]:port`, or `:port` for all addresses. */
export function parseAddress(flag: string, text: string): Address {
  const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) throw new UsageError(`${flag} ${text}: write host:port, e.g. 127.0.0.1:8080`);
  return { host: match[1] ?? (match[2] === '' ? '::' : (match[2] ?? '::')), port };
}

export function parseLogLevel(text: string): LogLevel {
  const level = logLevels.find((name) => name === text);
  if (level === undefined) throw new UsageError(`--log-level ${text}: write one of ${logLevels.join(', ')}`);
  return level;
}

/** `secrets`, `git`, `sealed`, or several separated by commas. */
export function parseControllers(text: string): ReadonlySet<ControllerGroup> {
  return new Set(parseList('--controllers', text, controllerGroups));
}

function parseList<T extends string>(flag: string, text: string, choice: readonly T[]): readonly T[] {
  return text.split(',').map((part) => {
    const found = choice.find((known) => known === part.trim());
    if (found === undefined) throw new UsageError(`${flag} ${text}: write ${choice.join(', ')} or several with a comma`);
    return found;
  });
}

/** Names separated by commas, without repetition. */
export function parseNames(flag: string, text: string): readonly string[] {
  const names = [...new Set(text.split(',').map((name) => name.trim()))];
  const bad = names.find((name) => !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name));
  if (bad !== undefined) throw new UsageError(`${flag} ${text}: "${bad}" is not the name of a namespace`);
  return names;
}
