import { createHash, createHmac } from 'node:crypto';
import type { SecretBytes } from '../../../lib/secret-bytes.ts';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: SecretBytes;
  readonly sessionToken?: SecretBytes;
}

export interface AwsCall {
  /** `kms`, `sts` */
  readonly service: string;
  readonly region: string;
  /** With the host alone: the path is `/`. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * The headers of a POST request to `/`, signed with AWS Signature Version 4, all of them but `host`, which the client adds.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signAws({ service, region, url, headers, body, now }: AwsCall, { accessKeyId, secretAccessKey, sessionToken }: AwsCredentials): Readonly<Record<string, string>> {
  const time = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const day = time.slice(0, 8);
  const token = sessionToken === undefined ? {} : { 'x-amz-security-token': textOf(sessionToken) };
  const sent: Readonly<Record<string, string>> = { ...headers, 'x-amz-date': time, ...token };
  const all: Readonly<Record<string, string>> = { ...sent, host: new URL(url).host };
  const names = Object.keys(all).toSorted();
  const lines = names.map((name) => `${name}:${(all[name] ?? '').trim().replaceAll(/ +/g, ' ')}\n`).join('');
  const canonical = `POST\n/\n\n${lines}\n${names.join(';')}\n${sha256(body)}`;
  const scope = `${day}/${region}/${service}/aws4_request`;
  const key = [day, region, service, 'aws4_request'].reduce<Buffer>((last, part) => hmac(last, part), Buffer.from(`AWS4${textOf(secretAccessKey)}`));
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical)}`).toString('hex');
  return { ...sent, authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}` };
}

function textOf(secret: SecretBytes): string {
  return Buffer.from(secret.reveal()).toString('utf8');
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

function hmac(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest();
}
