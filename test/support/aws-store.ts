import type { Clock } from '../../src/lib/clock.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { ProviderClient } from '../../src/provider/contract.ts';
import { createRegistry, erase } from '../../src/provider/registry.ts';
import { aws } from '../../providers/aws/index.ts';
import { noContext } from './generator-context.ts';

export interface AwsStoreOptions {
  readonly endpoint: string;
  readonly clock: Clock;
  readonly accessKeyId: string;
  readonly secretAccessKey?: string;
  readonly prefix?: string;
}

/** `spec.provider` of a store whose keys stand in the Secret `aws-credentials`. */
export function awsProviderOf(prefix?: string) {
  const ref = (key: string) => ({ name: 'aws-credentials', key });
  const secretRef = { accessKeyIDSecretRef: ref('id'), secretAccessKeySecretRef: ref('secret') };
  return { aws: { service: 'SecretsManager', region: 'eu-central-1', auth: { secretRef }, ...(prefix === undefined ? {} : { prefix }) } };
}

/** Connects the adapter, with the real SDK, to whatever speaks Secrets Manager at an endpoint. */
export function connectAws(options: AwsStoreOptions): Promise<ProviderClient> {
  const keys = new Map([
    ['id', options.accessKeyId],
    ['secret', options.secretAccessKey ?? 'not-a-real-secret-key'],
  ]);
  const context = {
    ...noContext,
    secret: ({ key }: { readonly key: string }) => Promise.resolve(SecretBytes.fromUtf8(keys.get(key) ?? '')),
    environment: new Map([['AWS_SECRETSMANAGER_ENDPOINT', options.endpoint]]),
    clock: options.clock,
  };
  const provider = createRegistry([erase(aws)]).configure(awsProviderOf(options.prefix));
  return provider.connect(context, new AbortController().signal);
}
