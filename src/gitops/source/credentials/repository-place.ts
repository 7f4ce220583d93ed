/** Where a repository is, in the terms in which credentials are told of it: for one way of asking one server, never for another. */
export interface RepositoryPlace {
  readonly transport: 'https' | 'http' | 'ssh';
  /** `host:port`, in lower case. */
  readonly server: string;
  /** Steps of the path with slashes between, in lower case as Argo CD compares them, without `.git`. */
  readonly path: string;
}

const ports = { https: 443, http: 80, ssh: 22 } as const;

const transports: Readonly<Record<string, RepositoryPlace['transport']>> = { 'https:': 'https', 'http:': 'http', 'oci:': 'https', 'ssh:': 'ssh', 'git+ssh:': 'ssh' };

/** `git@host:org/repo.git`; credentials for all of a host may leave out the colon. */
const scpLike = /^(?:[^@/\s:]+@)([^/\s:@[\]]+)(?::(.*))?$/;

/**
 * The place that a URL names; undefined for what names none: a folder, or nonsense. What has no scheme and no user is a registry: Argo CD
 * writes those so. User names in it are passed over.
 */
export function placeOf(text: string): RepositoryPlace | undefined {
  const [, host, path = ''] = scpLike.exec(text) ?? [];
  if (host !== undefined) return { transport: 'ssh', server: `${host.toLowerCase()}:22`, path: steps(path) };
  if (!text.includes('://')) return /^[a-z0-9]/i.test(text) ? placeOf(`oci://${text}`) : undefined;
  const url = URL.parse(text.replace(/^oci:/i, 'https:'));
  const transport = url === null ? undefined : transports[url.protocol];
  if (url === null || transport === undefined || url.hostname === '') return undefined;
  return { transport, server: `${url.hostname.toLowerCase()}:${url.port || ports[transport]}`, path: steps(url.pathname) };
}

function steps(path: string): string {
  return path.replace(/^\/+|\/+$/g, '').replace(/\.git$/i, '').toLowerCase();
}

/** Whether two places are on the same server and asked in the same way. */
function isSameServer(a: RepositoryPlace, b: RepositoryPlace): boolean {
  return a.transport === b.transport && a.server === b.server;
}

/**
 * Whether a place is a folder or lies in it, by whole steps: `https://git.example/acme` holds not `https://git.example/acme-evil`, which
 * it does for Argo CD, that compares texts.
 */
export function liesWithin(place: RepositoryPlace, folder: RepositoryPlace): boolean {
  return isSameServer(place, folder) && (folder.path === '' || place.path === folder.path || place.path.startsWith(`${folder.path}/`));
}
