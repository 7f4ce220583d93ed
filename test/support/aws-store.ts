import type { Clock } from '../../src/lib/clock.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { ProviderClient, ProviderContext } from '../../src/provider/contract.ts';
import { createRegistry, erase } from '../../src/provider/registry.ts';
import { aws } from '../../providers/aws/index.ts';
import { noContext } from './generator-context.ts';

export interface AwsStoreOptions {
  readonly endpoint: string;
  readonly clock: Clock;
  readonly accessKeyId: string;
  readonly secretAccessKey?: string;
  readonly prefix?: string;
  /** Fields of `spec.provider.aws` besides those of access keys. */
  readonly fields?: object;
  /** What the context has besides. */
  readonly context?: Partial<ProviderContext>;
}

/** `spec.provider` of a store whose keys stand in the Secret `aws-credentials`. */
export function awsProviderOf(prefix?: string) {
  const ref = (key: string) => ({ name: 'aws-credentials', key });
  const secretRef = { accessKeyIDSecretRef: ref('id'), secretAccessKeySecretRef: ref('secret') };
  return { aws: { service: 'SecretsManager', region: 'eu-central-1', auth: { secretRef }, ...(prefix === undefined ? {} : { prefix }) } };
}

/** The variables that send all that Prelude asks of AWS to one endpoint. */
export function awsEnvironment(endpoint: string): Readonly<Record<string, string>> {
  return { AWS_SECRETSMANAGER_ENDPOINT: endpoint, AWS_SSM_ENDPOINT: endpoint, AWS_STS_ENDPOINT: endpoint };
}

/** Connects the adapter, with the real SDK, to whatever speaks as AWS does at an endpoint. */
export function connectAws(options: AwsStoreOptions): Promise<ProviderClient> {
  const keys = new Map([
    ['id', options.accessKeyId],
    ['secret', options.secretAccessKey ?? 'not-a-real-secret-key'],
  ]);
  const context = {
    ...noContext,
    secret: ({ key }: { readonly key: string }) => Promise.resolve(SecretBytes.fromUtf8(keys.get(key) ?? '')),
    environment: new Map(Object.entries(awsEnvironment(options.endpoint))),
    clock: options.clock,
    ...options.context,
  };
  const provider = createRegistry([erase(aws)]).configure({ aws: { ...awsProviderOf(options.prefix).aws, ...options.fields } });
  return provider.connect(context, new AbortController().signal);
}
