import { createHash, createHmac } from 'node:crypto';
import type { ProviderContext, WholeSecretSelector } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';

export const awsSubjectType = 'urn:ietf:params:aws:token-type:aws4_request';

/** Access keys of AWS whose owner Google trusts. */
export interface AwsSecurityCredentials {
  readonly region: string;
  readonly awsCredentialsSecretRef: WholeSecretSelector;
}

const keys = { id: 'aws_access_key_id', secret: 'aws_secret_access_key', session: 'aws_session_token' } as const;

/**
 * A request to AWS that says who one is, signed and not sent: Google sends it. It is bound to the audience, and AWS takes it for minutes only.
 * @throws ProviderError `invalid`
 */
export async function awsSubject({ region, awsCredentialsSecretRef }: AwsSecurityCredentials, audience: string, context: Pick<ProviderContext, 'wholeSecret' | 'clock'>): Promise<string> {
  const { data } = await context.wholeSecret(awsCredentialsSecretRef);
  const text = (key: string): string => Buffer.from(data.get(key)?.reveal() ?? []).toString('utf8');
  const [id, secret, session] = [text(keys.id), text(keys.secret), text(keys.session)];
  if (id === '' || secret === '') throw new ProviderError('invalid', `the Secret that awsSecurityCredentials names needs ${keys.id} and ${keys.secret}`);
  const host = `sts.${region}.amazonaws.com`;
  const time = new Date(context.clock.now()).toISOString().replace(/[-:]|\.\d+/g, '');
  const headers = { host, 'x-amz-date': time, ...(session === '' ? {} : { 'x-amz-security-token': session }), 'x-goog-cloud-target-resource': audience };
  const authorization = signature({ region, id, secret, time, headers });
  const listed = Object.entries({ Authorization: authorization, ...headers }).map(([key, value]) => ({ key, value }));
  return encodeURIComponent(JSON.stringify({ url: `https://${host}?${query}`, method: 'POST', headers: listed }));
}

const query = 'Action=GetCallerIdentity&Version=2011-06-15';

interface Signing {
  readonly region: string;
  readonly id: string;
  readonly secret: string;
  /** `20260102T030405Z` */
  readonly time: string;
  /** In the order of their names. */
  readonly headers: Readonly<Record<string, string>>;
}

/** AWS Signature Version 4 of a request without a body. */
function signature({ region, id, secret, time, headers }: Signing): string {
  const day = time.slice(0, 8);
  const scope = `${day}/${region}/sts/aws4_request`;
  const names = Object.keys(headers).join(';');
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const request = ['POST', '/', query, lines.join(''), names, sha256('')].join('\n');
  const key = [region, 'sts', 'aws4_request'].reduce((from, part) => hmac(from, part), hmac(`AWS4${secret}`, day));
  const signed = hmac(key, ['AWS4-HMAC-SHA256', time, scope, sha256(request)].join('\n')).toString('hex');
  return `AWS4-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=${names}, Signature=${signed}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
