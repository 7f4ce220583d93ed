import { ProviderError } from '../../src/provider/provider-error.ts';

/** Upstream's names for the variables of the controller. */
export const addressVariable = 'DOPPLER_BASE_URL';
export const verifyVariable = 'DOPPLER_VERIFY_TLS';

const standardAddress = 'https://api.doppler.com';
/** What Go reads as false. */
const falses = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False']);

/**
 * Where Doppler is.
 * @throws ProviderError `unsupported` where the certificate is not to be checked
 */
export function addressOf(environment: ReadonlyMap<string, string>): string {
  if (falses.has(environment.get(verifyVariable) ?? '')) {
    throw new ProviderError('unsupported', `${verifyVariable}: Prelude does not send a token to a server whose certificate it has not checked; give the server one that is trusted`);
  }
  const said = environment.get(addressVariable) ?? standardAddress;
  return (/^[a-z]+:\/\//i.test(said) ? said : `https://${said}`).replace(/\/+$/, '');
}
