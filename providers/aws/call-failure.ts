import { ProviderError } from '../../src/provider/provider-error.ts';
import { badCredentials, forbidden, partsOf, refused, tell, throttling, unknownOperation } from './errors.ts';

/** Which call was made, for messages. */
export interface AwsCall {
  /** `AWS STS`. */
  readonly service: string;
  /** What the identity must be allowed: `sts:AssumeRole`. */
  readonly action: string;
}

/** Codes with which STS refuses the token of a service account. */
const badToken = new Set(['InvalidIdentityToken', 'InvalidIdentityTokenException', 'IDPRejectedClaim', 'IDPRejectedClaimException']);
/** Codes with which AWS refuses what is asked for, beside those of Secrets Manager. */
const badRequest = new Set(['RegionDisabledException', 'MalformedPolicyDocument', 'InvalidAction', 'UnsupportedCommandException']);

/** Translates what the SDK throws for a call of STS or ECR. No word of the service is passed on. */
export function callFailure(thrown: unknown, { service, action }: AwsCall): ProviderError {
  if (thrown instanceof ProviderError) return thrown;
  const { name: code, status, retryAfter, socketCode } = partsOf(thrown);
  const told = tell(code, status);
  if (throttling.has(code) || status === 429) return new ProviderError('throttled', `${service} asks to slow down${told}`, retryAfter === undefined ? {} : { retryAfter });
  if (forbidden.has(code)) return new ProviderError('denied', `${service} denies ${action}${told}; allow it to the identity of auth and role, and let the role trust that identity`);
  if (badToken.has(code)) return new ProviderError('denied', `${service} refuses the token of the service account${told}; let the role trust the cluster's issuer, and check the annotation eks.amazonaws.com/audience`);
  if (badCredentials.has(code)) return new ProviderError('denied', `${service} refuses the credentials${told}; check auth`);
  if (unknownOperation.has(code)) return new ProviderError('unsupported', `the endpoint does not know ${action}${told}`);
  if (refused.has(code) || badRequest.has(code)) return new ProviderError('invalid', `${service} refuses ${action}${told}; check region, role and parameters`);
  if (status === 401 || status === 403) return new ProviderError('denied', `${service} denies ${action}${told}; check auth`);
  if (socketCode !== undefined) return new ProviderError('unavailable', `${service} cannot be reached (${socketCode})`);
  if (status !== undefined && status >= 500) return new ProviderError('unavailable', `${service} is not available${told}`);
  return new ProviderError('unavailable', `the endpoint does not answer as ${service} does${told}`);
}
