import { z } from 'zod';
import type { ProviderErrorKind } from '../../src/provider/provider-error.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';

/** The statuses of gRPC, each at the place of its code. */
const statuses = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const;

export type GrpcStatus = (typeof statuses)[number];

/** A call that Secret Manager, or what stands before it, has answered with a status that is not success. */
class CallError extends ProviderError {
  readonly status: GrpcStatus;

  constructor(status: GrpcStatus, kind: ProviderErrorKind, message: string, options: { readonly retryAfter?: number } = {}) {
    super(kind, message, options);
    this.name = 'ProviderError';
    this.status = status;
  }
}

/** Whether a call came to one of these statuses. */
export function hasStatus(error: unknown, ...wanted: readonly GrpcStatus[]): boolean {
  return error instanceof CallError && wanted.includes(error.status);
}

export const service = 'Google Secret Manager';

/** Reasons of Google that tell more than the status; any other may hold anything. */
const reasons = new Set(['SERVICE_DISABLED', 'IAM_PERMISSION_DENIED', 'CONSUMER_INVALID', 'BILLING_DISABLED', 'ACCESS_TOKEN_EXPIRED', 'ACCESS_TOKEN_SCOPE_INSUFFICIENT', 'RATE_LIMIT_EXCEEDED', 'USER_PROJECT_DENIED']);

/** What to do about a status, and how it counts. The permission is that of the call. */
const meanings: Readonly<Partial<Record<GrpcStatus, { readonly kind: ProviderErrorKind; readonly tell: (permission: string) => string }>>> = {
  NOT_FOUND: { kind: 'invalid', tell: () => `${service} has no such secret or version` },
  PERMISSION_DENIED: { kind: 'denied', tell: (permission) => `${service} denies ${permission} to the identity of auth; grant it on the secret or on the project, and check projectID and location` },
  UNAUTHENTICATED: { kind: 'denied', tell: () => `${service} refuses the token of the identity; check auth` },
  RESOURCE_EXHAUSTED: { kind: 'throttled', tell: () => `${service} asks to slow down` },
  INVALID_ARGUMENT: { kind: 'invalid', tell: () => `${service} refuses the request; check projectID, location, key and version` },
  FAILED_PRECONDITION: { kind: 'invalid', tell: () => `${service} cannot do this in the state that the secret, its version or its key is in` },
  ALREADY_EXISTS: { kind: 'invalid', tell: () => `${service} has this secret already` },
  OUT_OF_RANGE: { kind: 'invalid', tell: () => `${service} refuses the request` },
  UNIMPLEMENTED: { kind: 'unavailable', tell: () => `the endpoint does not answer as ${service} does` },
};

/** What is looked at of what the SDK throws, of which nothing is sure. */
const thrownShape = z.object({ code: z.int().min(1).max(16), reason: z.string().optional(), statusDetails: z.array(z.unknown()).optional() });
const retryInfo = z.object({ retryDelay: z.object({ seconds: z.coerce.number().default(0), nanos: z.number().default(0) }) });

/**
 * Translates what the SDK throws. Messages are ours: what a server says is never passed on, nor kept as a cause.
 * @param permission what the call needs, e.g. `secretmanager.versions.access`
 */
export function callError(thrown: unknown, permission: string): ProviderError {
  if (thrown instanceof ProviderError) return thrown;
  const parsed = thrownShape.safeParse(thrown);
  if (!parsed.success) return new ProviderError('unavailable', `the call to ${service} failed (${thrown instanceof Error ? thrown.name : typeof thrown})`);
  const { code, reason = '', statusDetails = [] } = parsed.data;
  const status = statuses[code] ?? 'UNKNOWN';
  const { kind, tell } = meanings[status] ?? { kind: 'unavailable', tell: () => `${service} is not available` };
  const told = reasons.has(reason) ? `${status}, ${reason}` : status;
  const retryAfter = kind === 'throttled' ? retryAfterOf(statusDetails) : undefined;
  return new CallError(status, kind, `${tell(permission)} (${told})`, retryAfter === undefined ? {} : { retryAfter });
}

/** Milliseconds that google.rpc.RetryInfo asks to wait. */
function retryAfterOf(details: readonly unknown[]): number | undefined {
  for (const detail of details) {
    const parsed = retryInfo.safeParse(detail);
    if (parsed.success) return Math.ceil(parsed.data.retryDelay.seconds * 1000 + parsed.data.retryDelay.nanos / 1e6);
  }
  return undefined;
}
