import { ProviderError } from '../../src/provider/provider-error.ts';

/** Where a service listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
  /** Without TLS. */
  readonly plain: boolean;
}

/**
 * Where Secret Manager is asked: at the endpoint of the region, at the global one, or where the environment says.
 * @throws ProviderError `invalid` where that is no address
 */
export function addressOf(endpoint: string | undefined, location: string | undefined): Address {
  if (endpoint === undefined) return { host: location === undefined ? 'secretmanager.googleapis.com' : `secretmanager.${location}.rep.googleapis.com`, port: 443, plain: false };
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') throw new ProviderError('invalid', 'GCP_SECRETMANAGER_ENDPOINT must begin with https:// or http://');
  const plain = url.protocol === 'http:';
  return { host: url.hostname, port: url.port === '' ? (plain ? 80 : 443) : Number(url.port), plain };
}
