import type { HostRules } from '../gitops/source/reachable-host.ts';
import { ownAddresses } from './own-addresses.ts';

const proxies = ['HTTPS_PROXY', 'https_proxy'];

/** Which servers of repositories may be asked from here, and whether a proxy asks them for us. */
export function gitHosts(environment: Readonly<Record<string, string | undefined>>, allowLoopback: boolean): HostRules {
  return { allowLoopback, ownAddresses: allowLoopback ? [] : ownAddresses(environment), isProxied: proxies.some((name) => (environment[name] ?? '') !== '') };
}
