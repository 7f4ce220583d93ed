import type { KubeConfig } from '@kubernetes/client-node';

/** What a command line says instead of the kubeconfig, as kubectl's flags do. */
export interface KubeconfigOverrides {
  readonly cluster?: string;
  readonly user?: string;
  readonly server?: string;
  readonly tlsServerName?: string;
  readonly certificateAuthority?: string;
  readonly skipTlsVerify?: boolean;
  readonly proxyUrl?: string;
  readonly token?: string;
  readonly username?: string;
  readonly password?: string;
  readonly clientCertificate?: string;
  readonly clientKey?: string;
  readonly impersonate?: string;
}

const overridden = 'from-the-command-line';

/** Makes a context of the current one and what is said instead, and makes it current. Nothing changes where nothing is said. */
export function overrideKubeconfig(config: KubeConfig, overrides: KubeconfigOverrides): void {
  if (Object.keys(overrides).length === 0) return;
  const context = config.getContextObject(config.getCurrentContext());
  const cluster = config.getCluster(overrides.cluster ?? context?.cluster ?? '');
  const user = config.getUser(overrides.user ?? context?.user ?? '');
  const { server = cluster?.server, tlsServerName, certificateAuthority, skipTlsVerify, proxyUrl } = overrides;
  if (server === undefined) return;
  const { token, username, password, clientCertificate, clientKey, impersonate } = overrides;
  config.loadFromOptions({
    clusters: [
      {
        ...cluster,
        name: overridden,
        server,
        skipTLSVerify: skipTlsVerify ?? cluster?.skipTLSVerify ?? false,
        ...(tlsServerName === undefined ? {} : { tlsServerName }),
        // data of the file would win over a file that is named
        ...(certificateAuthority === undefined ? {} : { caFile: certificateAuthority, caData: undefined }),
        ...(proxyUrl === undefined ? {} : { proxyUrl }),
      },
    ],
    users: [
      {
        // a token or a password that is given stands for a way to get one
        ...(token === undefined && username === undefined ? user : {}),
        name: overridden,
        ...(token === undefined ? {} : { token }),
        ...(username === undefined ? {} : { username, password: password ?? '' }),
        ...(clientCertificate === undefined ? {} : { certFile: clientCertificate, certData: undefined }),
        ...(clientKey === undefined ? {} : { keyFile: clientKey, keyData: undefined }),
        ...(impersonate === undefined ? {} : { impersonateUser: impersonate }),
      },
    ],
    contexts: [{ name: overridden, cluster: overridden, user: overridden }],
    currentContext: overridden,
  });
}
