import { z } from 'zod';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { parseYaml } from '../../src/lib/yaml.ts';
import { YamlError } from '../../src/lib/yaml-error.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';

/** What the current context of a kubeconfig says. */
export interface Kubeconfig {
  readonly url: string;
  readonly ca?: string;
  readonly token?: SecretBytes;
  readonly certificate?: { readonly cert: string; readonly key: string };
}

const base64Pem = z.string().transform((text) => Buffer.from(text, 'base64').toString('utf8'));

const cluster = z.looseObject({ server: z.string(), 'certificate-authority-data': base64Pem.optional() });
const user = z.looseObject({ token: z.string().optional(), 'client-certificate-data': base64Pem.optional(), 'client-key-data': base64Pem.optional() });
const named = <T extends z.ZodType>(key: string, value: T) => z.object({ name: z.string() }).and(z.record(z.literal(key), value));

const kubeconfig = z.object({
  'current-context': z.string(),
  contexts: z.array(named('context', z.object({ cluster: z.string(), user: z.string() }))),
  clusters: z.array(named('cluster', cluster)),
  users: z.array(named('user', user)),
});

/**
 * What would run a program, read a file of the controller's, send a password or weaken the connection: a kubeconfig of a tenant's
 * must not make the controller do any of it.
 */
const refused = {
  cluster: ['certificate-authority', 'insecure-skip-tls-verify', 'tls-server-name', 'proxy-url'],
  user: ['exec', 'auth-provider', 'tokenFile', 'client-certificate', 'client-key', 'username', 'password', 'as', 'as-uid', 'as-groups', 'as-user-extra'],
} as const;

/** Bytes: more than a few clusters have. */
const longest = 64 * 1024;

/**
 * Reads the current context of a kubeconfig. Only what stands in the text itself is used: data in base64, and tokens.
 * @throws ProviderError `invalid`; it never quotes the text
 */
export function parseKubeconfig(text: SecretBytes): Kubeconfig {
  if (text.reveal().byteLength > longest) throw invalid(`it has more than ${longest / 1024} KiB`);
  const parsed = kubeconfig.safeParse(documentOf(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(`${issue === undefined ? 'it' : issue.path.join('.')} is not as in a kubeconfig`);
  }
  const { 'current-context': current, contexts, clusters, users } = parsed.data;
  const context = contexts.find(({ name }) => name === current)?.['context'];
  if (context === undefined) throw invalid('it has no context of the name that current-context says');
  const server = clusters.find(({ name }) => name === context.cluster)?.['cluster'];
  const account = users.find(({ name }) => name === context.user)?.['user'];
  if (server === undefined || account === undefined) throw invalid('its current context names a cluster or a user that it does not have');
  refuse('cluster', server);
  refuse('user', account);
  return connectionOf(server, account);
}

function connectionOf(server: z.output<typeof cluster>, account: z.output<typeof user>): Kubeconfig {
  const { token, 'client-certificate-data': cert, 'client-key-data': key } = account;
  const { 'certificate-authority-data': ca } = server;
  if (token === undefined && (cert === undefined || key === undefined)) throw invalid('its user has neither a token nor a client certificate with its key');
  if (!server.server.startsWith('https://')) throw invalid('its server must begin with https://: credentials are sent over https only');
  return {
    url: server.server.replace(/\/+$/, ''),
    ...(ca === undefined ? {} : { ca }),
    ...(token === undefined ? {} : { token: SecretBytes.fromUtf8(token) }),
    ...(cert === undefined || key === undefined ? {} : { certificate: { cert, key } }),
  };
}

function refuse(what: keyof typeof refused, fields: Readonly<Record<string, unknown>>): void {
  const field = refused[what].find((name) => fields[name] !== undefined && fields[name] !== false);
  if (field !== undefined) throw invalid(`its ${what} uses ${field}, which is not supported`);
}

function documentOf(text: SecretBytes): unknown {
  try {
    return parseYaml(text.reveal(), { documents: 1 })[0]?.value;
  } catch (error) {
    if (error instanceof YamlError) throw invalid('it is not YAML');
    throw error;
  }
}

function invalid(why: string): ProviderError {
  return new ProviderError('invalid', `the kubeconfig that authRef names cannot be used: ${why}`);
}
