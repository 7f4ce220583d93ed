import { z } from 'zod';
import { authorityCredentials, caBundle, caProvider } from '../../src/provider/authority.ts';
import type { AuthoritySource } from '../../src/provider/authority.ts';
import type { CredentialSelector, SecretKeySelector, ServiceAccountSelector } from '../../src/provider/contract.ts';
import { secretKeySelector, serviceAccountSelector } from '../../src/provider/field.ts';

/** As whom the API server is asked. */
export type KubernetesAuth =
  | { readonly kind: 'cert'; readonly cert: SecretKeySelector; readonly key: SecretKeySelector }
  | { readonly kind: 'token'; readonly token: SecretKeySelector }
  | { readonly kind: 'serviceAccount'; readonly account: ServiceAccountSelector }
  /** All of it, the server too, stands in a kubeconfig. */
  | { readonly kind: 'kubeconfig'; readonly file: SecretKeySelector };

/** `spec.provider.kubernetes`, understood. */
export interface KubernetesConfig {
  readonly url: string;
  readonly authority: AuthoritySource;
  readonly auth: KubernetesAuth;
  readonly remoteNamespace: string;
}

/** Inside a cluster this is its own API server, by the name that its certificate has. */
const ownServer = 'kubernetes.default';
/** Kubernetes puts the authority of its own API server into every namespace. */
const ownAuthority = { type: 'ConfigMap', name: 'kube-root-ca.crt', key: 'ca.crt' } as const;

const certificate = z
  .strictObject({
    clientCert: secretKeySelector().describe('The certificate, in PEM.'),
    clientKey: secretKeySelector().describe('Its private key, in PEM.'),
  })
  .describe('A client certificate.');

const auth = z
  .strictObject({
    cert: certificate.exactOptional(),
    token: z
      .strictObject({ bearerToken: secretKeySelector().describe('The token.') })
      .exactOptional()
      .describe('A token that stands in a Secret.'),
    serviceAccount: serviceAccountSelector().exactOptional().describe('A service account of this cluster, whose tokens the API server takes.'),
  })
  .refine((methods) => Object.keys(methods).length === 1, 'must have exactly one of cert, token and serviceAccount')
  .describe('As whom the API server is asked.');

const server = z
  .strictObject({
    url: z.string().exactOptional().describe(`The address of the API server, \`${ownServer}\` where absent: this cluster's own.`),
    caBundle: caBundle().exactOptional(),
    caProvider: caProvider().exactOptional(),
  })
  .describe('The API server.');

/** `spec.provider.kubernetes`: every field that External Secrets has. */
export const kubernetesConfig: z.ZodType<KubernetesConfig> = z
  .strictObject({
    server: server.exactOptional(),
    auth: auth.exactOptional(),
    authRef: secretKeySelector().exactOptional().describe('A kubeconfig. It takes the place of `server` and `auth`.'),
    remoteNamespace: z
      .string()
      .max(63)
      .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'must be the name of a namespace')
      .exactOptional()
      .describe('The namespace that Secrets are read from and written to, `default` where absent.'),
  })
  .transform((written, context): KubernetesConfig => {
    const problem = (path: readonly string[], message: string): never => {
      context.addIssue({ code: 'custom', path: [...path], message });
      return z.NEVER;
    };
    const { remoteNamespace = 'default' } = written;
    if (written.authRef !== undefined) return { url: '', authority: {}, auth: { kind: 'kubeconfig', file: written.authRef }, remoteNamespace };
    const method = authOf(written.auth ?? {});
    if (method === undefined) return problem(['auth'], 'is needed where there is no authRef');
    const { url = ownServer, caBundle: bundle, caProvider: provider } = written.server ?? {};
    const address = addressOf(url === '' ? ownServer : url);
    if (address === undefined) return problem(['server', 'url'], 'must be an address like https://api.example.com:6443; credentials are sent over https only');
    if (isSaid(bundle) || provider !== undefined) return { url: address, authority: { caBundle: bundle, caProvider: provider }, auth: method, remoteNamespace };
    if (address !== addressOf(ownServer)) return problem(['server'], 'needs caBundle or caProvider');
    return { url: address, authority: { caProvider: { ...ownAuthority, ...namespaceOf(method) } }, auth: method, remoteNamespace };
  })
  .describe('Secrets of a Kubernetes cluster.');

function isSaid(text: string | undefined): boolean {
  return text !== undefined && text !== '';
}

function authOf({ cert, token, serviceAccount }: Partial<z.output<typeof auth>>): KubernetesAuth | undefined {
  if (cert !== undefined) return { kind: 'cert', cert: cert.clientCert, key: cert.clientKey };
  if (token !== undefined) return { kind: 'token', token: token.bearerToken };
  return serviceAccount === undefined ? undefined : { kind: 'serviceAccount', account: serviceAccount };
}

/** A host without a scheme means https, as in External Secrets. */
function addressOf(text: string): string | undefined {
  const url = URL.parse(/^[a-z]+:\/\//i.test(text) ? text : `https://${text}`);
  if (url === null || url.protocol !== 'https:' || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return undefined;
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/** Where the credentials stand, the authority does: a cluster store that fixes the one has fixed the other. */
function namespaceOf(method: KubernetesAuth): { readonly namespace?: string } {
  const [selector] = authCredentials(method);
  return selector?.namespace === undefined ? {} : { namespace: selector.namespace };
}

function authCredentials(method: KubernetesAuth): readonly CredentialSelector[] {
  switch (method.kind) {
    case 'cert':
      return [method.cert, method.key];
    case 'token':
      return [method.token];
    case 'serviceAccount':
      return [{ kind: 'ServiceAccount', ...method.account }];
    case 'kubeconfig':
      return [method.file];
    default:
      return method satisfies never;
  }
}

/** What a configuration names in the cluster. */
export function credentialsOf(config: KubernetesConfig): readonly CredentialSelector[] {
  return [...authCredentials(config.auth), ...authoritiesOf(config)];
}

/** The cluster's own authority stands beside the credentials, whosever they are: whoever could change it there is whose token goes to it. */
function authoritiesOf({ url, authority, auth: method }: KubernetesConfig): readonly CredentialSelector[] {
  const { type, name, key, namespace } = authority.caProvider ?? {};
  const isOwn = url === addressOf(ownServer) && type === ownAuthority.type && name === ownAuthority.name && key === ownAuthority.key && namespace === namespaceOf(method).namespace;
  if (!isOwn || isSaid(authority.caBundle)) return authorityCredentials(authority);
  return [{ kind: ownAuthority.type, name: ownAuthority.name, key: ownAuthority.key, ...namespaceOf(method) }];
}
