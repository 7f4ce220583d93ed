import type { ProviderClient, ProviderContext } from '../../src/provider/contract.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { connectAws } from './aws-store.ts';
import type { CountingAws } from './counting-aws.ts';
import { startCountingAws } from './counting-aws.ts';
import type { FakeClock } from './fake-clock.ts';
import { noContext } from './generator-context.ts';

/** Roles of the test, by how they are told in short. */
export const awsRoles = {
  reader: 'arn:aws:iam::123456789012:role/reader',
  hop: 'arn:aws:iam::123456789012:role/hop',
  external: 'arn:aws:iam::210987654321:role/external',
  untaggable: 'arn:aws:iam::123456789012:role/untaggable',
  strict: 'arn:aws:iam::123456789012:role/strict',
} as const;

export const accountToken = 'token-of-the-service-account';

/** AWS with a secret, a parameter, and roles that trust as their names say; time is the clock's. */
export function startAwsWithRoles(clock: FakeClock): Promise<CountingAws> {
  return startCountingAws({
    region: 'eu-central-1',
    secrets: { a: 'value a', b: 'value b' },
    parameters: { a: 'parameter a' },
    roles: { [awsRoles.reader]: {}, [awsRoles.hop]: {}, [awsRoles.external]: { externalId: 'agreed' }, [awsRoles.untaggable]: { mayTag: false }, [awsRoles.strict]: { trusts: [awsRoles.hop] } },
    machines: { ASIAMACHINE: 'machine-token' },
    jwts: [accountToken],
    now: clock.now,
  });
}

export interface Asking {
  readonly clock: FakeClock;
  readonly fields: object;
  readonly context?: Partial<ProviderContext>;
}

/** Connects a store with roles to it. */
export function connectWithRoles(server: CountingAws, { clock, fields, context = {} }: Asking): Promise<ProviderClient> {
  return connectAws({ endpoint: server.url, clock, accessKeyId: server.accessKeyId, fields, context });
}

/** What a store whose `auth` names a service account is given. Every token that was asked for is added to `tokens`. */
export function accountContext(tokens: unknown[], annotations: Readonly<Record<string, string>> = { 'eks.amazonaws.com/role-arn': awsRoles.hop }): Partial<ProviderContext> {
  return {
    serviceAccountAnnotations: () => Promise.resolve(annotations),
    serviceAccountToken: (selector, request) => {
      tokens.push({ ...selector, ...request });
      return Promise.resolve(SecretBytes.fromUtf8(accountToken));
    },
  };
}

/** What a store that may ask as Prelude is given. */
export const ownContext: Partial<ProviderContext> = { own: { file: () => Promise.reject(new Error('the SDK reads files itself')), http: noContext.http } };
