import { createHash } from 'node:crypto';
import type { RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import type { Clock } from '../../lib/clock.ts';
import { KubeError } from '../kube-error.ts';
import { type KubeconfigOverrides, overrideKubeconfig } from './kubeconfig-overrides.ts';

/** How a connection is made; everything that makes two connections different ones. */
export interface TlsSettings {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly pfx?: string | Buffer;
  readonly passphrase?: string;
  readonly rejectUnauthorized?: boolean;
  readonly servername?: string;
}

/** Who we are, at this moment. */
export interface Authorization {
  /** `authorization` and what impersonation takes. */
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsSettings;
  /** Equal for equal `tls`. */
  readonly connectionId: string;
}

/** Where the API server is, and how to be let in. */
export interface ClusterAccess {
  /** The context's name. */
  readonly name: string;
  /** Without a slash at the end; may hold a path. */
  readonly server: string;
  /**
   * Credentials as they are now: token files, certificates and CA are read again, plugins are run again where theirs has
   * expired. Cheap, because an answer is used for some seconds.
   * @throws KubeError `denied` where they cannot be had
   */
  readonly authorize: () => Promise<Authorization>;
  /** The server did not take our credentials: reads the configuration again at the next call, if it was not just read. */
  readonly forget: () => void;
}

export interface AccessOptions {
  /** A file; absent: $KUBECONFIG, ~/.kube/config, or the service account of the pod we run in. */
  readonly kubeconfig?: string | undefined;
  /** Absent: the file's current one. */
  readonly context?: string | undefined;
  /** What is said instead of the file. */
  readonly overrides?: KubeconfigOverrides;
  readonly clock: Clock;
}

/** How long credentials are used before they are looked at again. */
const freshFor = 10_000;
/** How long a plugin that does not answer is waited for before another is started beside it, which nobody can end either. */
const pendingFor = 300_000;
/** Credentials that are refused are looked for again this often at most: a plugin must not be run for every request. */
const forgetAfter = 5_000;

/**
 * Finds the cluster in the configuration. client-node is loaded here and nowhere else, and only when a cluster is opened.
 * @throws KubeError `invalid` where there is none, or it cannot be used; the message never quotes the file, which holds keys
 */
export async function findCluster(options: AccessOptions): Promise<ClusterAccess> {
  const load = await configLoader(options);
  let config: KubeConfig | undefined = load();
  let loadedAt = options.clock.monotonic();
  const { server, name } = describe(config);
  let known: { readonly until: number; readonly answer: Promise<Authorization> } | undefined;

  async function ask(): Promise<Authorization> {
    if (config === undefined) {
      config = load();
      loadedAt = options.clock.monotonic();
    }
    if (describe(config).server !== server) throw new KubeError('denied', `the kubeconfig now names another server for context ${name}; restart to use it`);
    return await authorizationOf(config);
  }

  return {
    name,
    server,
    authorize: () => {
      if (known !== undefined && options.clock.monotonic() < known.until) return known.answer;
      const asked = { until: options.clock.monotonic() + pendingFor, answer: ask() };
      known = asked;
      asked.answer.then(
        () => (asked.until = options.clock.monotonic() + freshFor),
        // a failure is not kept: the next call tries again
        () => (asked.until = 0),
      );
      return asked.answer;
    },
    forget: () => {
      if (options.clock.monotonic() - loadedAt < forgetAfter) return;
      known = undefined;
      config = undefined;
    },
  };
}

async function configLoader({ kubeconfig, context, overrides = {} }: AccessOptions): Promise<() => KubeConfig> {
  const { KubeConfig } = await import('./client-node.ts');
  return () => {
    const config = new KubeConfig();
    try {
      if (kubeconfig === undefined) config.loadFromDefault();
      else config.loadFromFile(kubeconfig);
    } catch (error) {
      throw new KubeError('invalid', `the kubeconfig ${kubeconfig ?? process.env['KUBECONFIG'] ?? '~/.kube/config'} cannot be read: ${readFailure(error)}`);
    }
    if (context !== undefined) config.setCurrentContext(context);
    overrideKubeconfig(config, overrides);
    return config;
  };
}

function describe(config: KubeConfig): { readonly name: string; readonly server: string } {
  const name = config.getCurrentContext();
  const cluster = config.getCurrentCluster();
  if (cluster === null) {
    const known = config.getContexts().map((context) => context.name);
    const choice = known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`;
    throw new KubeError('invalid', name === undefined || name === '' ? `the kubeconfig has no current context; name one: ${choice}` : `the kubeconfig has no usable context ${name}: ${choice}`);
  }
  // what client-node makes up where it found nothing at all
  if (name === 'loaded-context') throw new KubeError('invalid', 'no cluster is configured: set KUBECONFIG or --kubeconfig, or run in a cluster');
  if (cluster.proxyUrl !== undefined) throw new KubeError('unsupported', `context ${name} sets proxy-url, which is not supported`);
  if (!URL.canParse(cluster.server)) throw new KubeError('invalid', `the server of context ${name} is not a URL`);
  return { name: name === 'inClusterContext' ? 'in-cluster' : name, server: cluster.server.replace(/\/+$/, '') };
}

async function authorizationOf(config: KubeConfig): Promise<Authorization> {
  const options: RequestOptions = {};
  try {
    await config.applyToHTTPSOptions(options);
  } catch (error) {
    throw new KubeError('denied', `no credentials for context ${config.getCurrentContext()}: ${readFailure(error)}`);
  }
  const { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername } = options;
  const tls: TlsSettings = {
    ...(ca === undefined ? {} : { ca: bytesOf(ca) }),
    ...(cert === undefined ? {} : { cert: bytesOf(cert) }),
    ...(key === undefined ? {} : { key: bytesOf(key) }),
    ...(pfx === undefined ? {} : { pfx: bytesOf(pfx) }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
    ...(servername === undefined ? {} : { servername }),
  };
  return { headers: headersOf(options), tls, connectionId: fingerprint(tls) };
}

/** client-node sets one Buffer or string, although https would take lists. */
function bytesOf(value: unknown): string | Buffer {
  if (typeof value === 'string' || Buffer.isBuffer(value)) return value;
  throw new KubeError('denied', 'the credentials hold a certificate or key in a form that is not known');
}

function headersOf(options: RequestOptions): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  // a token file may end in a newline, which no header may
  for (const [name, value] of Object.entries(options.headers ?? {})) if (value !== undefined) headers[name.toLowerCase()] = String(value).trim();
  if (typeof options.auth === 'string') headers['authorization'] ??= `Basic ${Buffer.from(options.auth).toString('base64')}`;
  return headers;
}

function fingerprint(tls: TlsSettings): string {
  const hash = createHash('sha256');
  for (const value of [tls.ca, tls.cert, tls.key, tls.pfx, tls.passphrase, String(tls.rejectUnauthorized), tls.servername]) {
    const bytes = Buffer.from(value ?? '');
    hash.update(`${bytes.length} `).update(bytes);
  }
  return hash.digest('hex');
}

/** What parsers say quotes their input, and the input is a file of keys or a plugin's token. */
function readFailure(error: unknown): string {
  if (!(error instanceof Error)) return 'the reason is not known';
  if (error instanceof SyntaxError) return 'the credential plugin did not answer JSON';
  // client-node takes the answer for what it should be
  if (error instanceof TypeError) return 'the credential plugin answered no ExecCredential with a status';
  if (error.name === 'YAMLException') return 'it is not valid YAML';
  return error.message.trim().slice(0, 500) || error.name;
}
