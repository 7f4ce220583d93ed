import { createHash, createHmac } from 'node:crypto';

/** Access keys as texts; temporary ones have a session token. */
export interface SigningKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** A POST to `/` of a service of AWS. */
export interface AwsCall {
  readonly host: string;
  readonly region: string;
  /** As AWS calls it in signatures: `sts`. */
  readonly service: string;
  /** Beside those of the signature itself; all are signed. Values hold no line break. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const algorithm = 'AWS4-HMAC-SHA256';

/**
 * Signs a call with AWS Signature Version 4, and returns all its headers.
 * @param now milliseconds since the epoch; AWS takes a signature for a quarter of an hour
 */
export function signAwsCall({ host, region, service, headers, body }: AwsCall, { accessKeyId, secretAccessKey, sessionToken }: SigningKeys, now: number): Readonly<Record<string, string>> {
  const time = new Date(now).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
  const day = time.slice(0, 8);
  const sent: Readonly<Record<string, string>> = { ...headers, host, 'x-amz-date': time, ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }) };
  const named = Object.entries(sent).map(([name, value]) => [name.toLowerCase(), value.trim().replaceAll(/ +/g, ' ')] as const);
  const sorted = named.toSorted(([a], [b]) => (a < b ? -1 : 1));
  const names = sorted.map(([name]) => name).join(';');
  const request = ['POST', '/', '', ...sorted.map(([name, value]) => `${name}:${value}`), '', names, hash(body)].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const key = [day, region, service, 'aws4_request'].reduce<string | Buffer>((secret, part) => mac(secret, part), `AWS4${secretAccessKey}`);
  const signature = mac(key, [algorithm, time, scope, hash(request)].join('\n')).toString('hex');
  return { ...sent, authorization: `${algorithm} Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}` };
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function mac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
