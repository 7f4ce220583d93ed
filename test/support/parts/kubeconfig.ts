import { writeFileSync } from 'node:fs';

export interface KubeconfigOptions {
  readonly server: string;
  /** PEM of the authority that signed the server's certificate. */
  readonly ca: string;
  /** Name of context, cluster and user; what `Cluster.name` will be. */
  readonly name?: string;
  /** Who calls: a bearer token, or a client certificate. */
  readonly user: { readonly token: string } | { readonly cert: string; readonly key: string };
}

/** Writes a kubeconfig, as JSON, which is YAML. */
export function writeKubeconfig(path: string, { server, ca, user, name = 'test' }: KubeconfigOptions): void {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const credentials = 'token' in user ? { token: user.token } : { 'client-certificate-data': base64(user.cert), 'client-key-data': base64(user.key) };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server, 'certificate-authority-data': base64(ca) } }],
    users: [{ name, user: credentials }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  };
  writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
}
