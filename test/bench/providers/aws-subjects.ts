import { awsEnvironment } from '../../support/aws-store.ts';
import type { CountingAws } from '../../support/counting-aws.ts';
import { startCountingAws } from '../../support/counting-aws.ts';
import { countAll, type Subject } from './subject.ts';

/** A role that the keys of the store may assume. */
export const awsRole = 'arn:aws:iam::123456789012:role/testnets';

/** Milliseconds that an answer takes. */
const latency = 20;

export type AwsService = 'SecretsManager' | 'ParameterStore';

/** An AWS service at its counting server. */
export interface AwsSubject extends Subject {
  readonly aws: CountingAws;
}

/** @param fields of the store, beside its service, region and keys */
export async function startAws(service: AwsService, fields: object = {}): Promise<AwsSubject> {
  const aws = await startCountingAws({ region: 'eu-central-1', roles: { [awsRole]: {} } });
  aws.delay(latency);
  return {
    title: service === 'SecretsManager' ? 'AWS Secrets Manager' : 'AWS Parameter Store',
    provider: (namespace) => {
      const ref = (key: string): object => ({ name: 'credentials', key, ...(namespace === undefined ? {} : { namespace }) });
      return { aws: { service, region: 'eu-central-1', auth: { secretRef: { accessKeyIDSecretRef: ref('id'), secretAccessKeySecretRef: ref('secret') } }, ...fields } };
    },
    credentials: { id: aws.accessKeyId, secret: 'not-a-real-secret-key' },
    environment: awsEnvironment(aws.url),
    set: (key, value) => void (service === 'SecretsManager' ? aws.set(key, value) : aws.parameters.set(key, value)),
    calls: () => countAll(aws.requests.map(({ operation }) => operation)),
    wasted: aws.wasted,
    limit: (perSecond) => aws.cap(perSecond ?? Number.POSITIVE_INFINITY),
    aws,
    [Symbol.asyncDispose]: () => aws.close(),
  };
}
