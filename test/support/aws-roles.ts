import type { ProviderClient, ProviderContext, ReadResult } from '../../src/provider/contract.ts';
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

/** What a store with these fields reads under the key `a`; a failure in short. */
export async function readAsStore(server: CountingAws, options: Parameters<typeof connectWithRoles>[1]): Promise<string> {
  await using client = await connectWithRoles(server, options);
  return told((await client.read([{ key: 'a' }], new AbortController().signal))[0]);
}

/** What a read came to in short. */
export function told(result: ReadResult | undefined): string {
  if (result?.kind === 'value') return Buffer.from(result.value.reveal()).toString('utf8');
  return result?.kind === 'error' ? `${result.error.kind}: ${result.error.message}` : (result?.kind ?? 'nothing');
}

/** Every request so far: what was asked, and as whom. */
export function callersOf({ requests }: CountingAws): readonly string[] {
  return requests.map(({ operation, by }) => `${operation} by ${by}`);
}
