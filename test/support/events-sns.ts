import { createSign } from 'node:crypto';
import { signedText, type SnsMessage } from '../../providers/aws/events-sns-message.ts';
import { type CertificateAuthority, createAuthority } from './certificate.ts';

/** A topic of SNS that signs what it sends. */
export interface SnsTopic {
  readonly arn: string;
  readonly certificateUrl: string;
  /** What stands there: the certificate, and the authority behind it. */
  readonly certificate: string;
  readonly notification: (message: unknown, change?: Partial<Record<string, string>>) => string;
  readonly confirmation: (change?: Partial<Record<string, string>>) => string;
}

export const snsHost = 'sns.eu-central-1.amazonaws.com';
let count = 0;

/** @param now milliseconds since the epoch */
export function createTopic({ now = Date.now, version = '2', commonName = 'sns.amazonaws.com', authority = createAuthority('Amazon') }: { readonly now?: () => number; readonly version?: '1' | '2'; readonly commonName?: string; readonly authority?: CertificateAuthority } = {}): SnsTopic {
  const { cert, key } = authority.issue({ commonName, hosts: [commonName], rsa: true });
  const arn = 'arn:aws:sns:eu-central-1:123456789012:secrets';
  const certificateUrl = `https://${snsHost}/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem`;
  // what `after` changes was not signed
  const sign = (fields: Record<string, string>, after: Partial<Record<string, string>>): string => {
    count += 1;
    const message = { MessageId: `message-${count}`, TopicArn: arn, Timestamp: new Date(now()).toISOString(), SignatureVersion: version, SigningCertURL: certificateUrl, ...fields };
    const signature = createSign(message.SignatureVersion === '1' ? 'RSA-SHA1' : 'RSA-SHA256').update(signedText(message as unknown as SnsMessage), 'utf8').sign(key, 'base64');
    return JSON.stringify({ ...message, Signature: signature, ...after });
  };
  return {
    arn,
    certificateUrl,
    certificate: `${cert}\n${authority.cert}`,
    notification: (message, { signed = '', ...after } = {}) => sign({ Type: 'Notification', Message: typeof message === 'string' ? message : JSON.stringify(message), ...(signed === '' ? {} : (JSON.parse(signed) as Record<string, string>)) }, after),
    confirmation: ({ SubscribeURL = `https://${snsHost}/?Action=ConfirmSubscription&TopicArn=${arn}&Token=token`, ...after } = {}) => sign({ Type: 'SubscriptionConfirmation', Message: 'You have chosen to subscribe', SubscribeURL, Token: 'token' }, after),
  };
}

/** A PutSecretValue, as CloudTrail tells EventBridge of it. */
export function putSecretValue(name: string, { region = 'eu-central-1', account = '123456789012', eventName = 'PutSecretValue', id = `event-${(count += 1)}` }: { readonly region?: string; readonly account?: string; readonly eventName?: string; readonly id?: string } = {}): object {
  return {
    version: '0',
    id,
    'detail-type': 'AWS API Call via CloudTrail',
    source: 'aws.secretsmanager',
    account,
    time: new Date(0).toISOString(),
    region,
    resources: [],
    detail: { eventSource: 'secretsmanager.amazonaws.com', eventName, requestParameters: { secretId: name, clientRequestToken: 'abc' }, responseElements: { arn: `arn:aws:secretsmanager:${region}:${account}:secret:${name}-AbCdEf`, name } },
  };
}
