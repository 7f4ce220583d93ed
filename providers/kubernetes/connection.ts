import type { HttpRequest } from '../../src/lib/http.ts';
import type { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { readAuthority } from '../../src/provider/authority.ts';
import type { ProviderContext, SecretKeySelector } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { BearerToken, tokenSeconds } from './bearer-token.ts';
import type { KubernetesConfig } from './config.ts';
import { parseKubeconfig } from './kubeconfig.ts';

/** Kubernetes says with it, in every Pod, where its own API server is. */
export const ownHostVariable = 'KUBERNETES_SERVICE_HOST';

/** An API server, and how it is told who asks. */
export interface Connection {
  readonly url: string;
  readonly tls: NonNullable<HttpRequest['tls']>;
  /** Absent: the client certificate says it. */
  readonly token?: () => Promise<SecretBytes>;
  /** Takes back a token that was refused; absent where there is no other to be had. */
  readonly dropToken?: (token: SecretBytes) => void;
}

/** Gathers what the configuration names. @throws ProviderError */
export async function openConnection({ auth, url, authority }: KubernetesConfig, context: ProviderContext): Promise<Connection> {
  if (auth.kind === 'kubeconfig') {
    const { url: server, ca, certificate, token } = parseKubeconfig(await context.secret(auth.file));
    return { url: server, tls: { ...pemOf('ca', ca), ...certificate }, ...(token === undefined ? {} : { token: () => Promise.resolve(token) }) };
  }
  const ca = pemOf('ca', await readAuthority(authority, context));
  switch (auth.kind) {
    case 'cert': {
      const [cert, key] = await Promise.all([textOf(context, auth.cert), textOf(context, auth.key)]);
      return { url, tls: { ...ca, cert, key } };
    }
    case 'token': {
      const token = await context.secret(auth.token);
      return { url, tls: ca, token: () => Promise.resolve(token) };
    }
    case 'serviceAccount': {
      if (!isOwnServer(url, context) && (auth.account.audiences ?? []).length === 0) {
        throw new ProviderError('invalid', "auth.serviceAccount.audiences is needed where server.url is not this cluster's own: without, a token of this cluster's would go to another server");
      }
      const bearer = new BearerToken(context.clock, () => context.serviceAccountToken(auth.account, { audiences: [], expirationSeconds: tokenSeconds }));
      return { url, tls: ca, token: () => bearer.get(), dropToken: (token) => bearer.drop(token) };
    }
    default:
      return auth satisfies never;
  }
}

/** Names of this cluster's own API server within it. */
const ownNames: ReadonlySet<string> = new Set(['kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local']);

/** By name, or as Kubernetes tells every Pod. */
function isOwnServer(url: string, { environment }: ProviderContext): boolean {
  const host = new URL(url).hostname.replace(/^\[(.*)\]$/, '$1');
  return ownNames.has(host) || host === environment.get(ownHostVariable);
}

function pemOf(name: 'ca', pem: string | undefined): { readonly ca?: string } {
  return pem === undefined ? {} : { [name]: pem };
}

async function textOf({ secret }: ProviderContext, selector: SecretKeySelector): Promise<string> {
  return Buffer.from((await secret(selector)).reveal()).toString('utf8');
}
