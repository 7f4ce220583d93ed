import { createHash, createHmac, createVerify } from 'node:crypto';
import { z } from 'zod';

/** What the AWS method of Vault knows of who may log in; in truth AWS STS knows it. */
export interface AwsSigner {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly serverId: string;
}

const lists = z.record(z.string(), z.array(z.string()).length(1));

/**
 * Verifies what logs in with AWS IAM, as AWS STS and Vault do together: a request for the identity of its caller, whose signature
 * covers the name of this Vault. Written from AWS's description of Signature Version 4, apart from what signs.
 */
export function isSignedByAws(field: (name: string) => unknown, { accessKeyId, secretAccessKey, serverId }: AwsSigner): boolean {
  const text = (name: string): string => Buffer.from(String(field(name)), 'base64').toString('utf8');
  const [url, body] = [new URL(text('iam_request_url')), text('iam_request_body')];
  const headers = new Map(Object.entries(lists.parse(JSON.parse(text('iam_request_headers')))).map(([name, [value = '']]) => [name.toLowerCase(), value]));
  const said = /^AWS4-HMAC-SHA256 Credential=(?<id>[^/]+)\/(?<day>\d{8})\/(?<region>[^/]+)\/sts\/aws4_request, SignedHeaders=(?<names>[^,]+), Signature=(?<signature>[0-9a-f]{64})$/.exec(headers.get('authorization') ?? '')?.groups;
  if (said === undefined || field('iam_http_request_method') !== 'POST' || body !== 'Action=GetCallerIdentity&Version=2011-06-15') return false;
  const { id = '', day = '', region = '', names = '', signature } = said;
  if (id !== accessKeyId || url.host !== `sts.${region}.amazonaws.com` || headers.get('host') !== url.host) return false;
  if (headers.get('x-vault-aws-iam-server-id') !== serverId || !names.split(';').includes('x-vault-aws-iam-server-id')) return false;
  const canonical = `POST\n/\n\n${names.split(';').map((name) => `${name}:${headers.get(name) ?? ''}\n`).join('')}\n${names}\n${sha256(body)}`;
  const scope = `${day}/${region}/sts/aws4_request`;
  let key: Buffer = hmac(Buffer.from(`AWS4${secretAccessKey}`), day);
  for (const part of [region, 'sts', 'aws4_request']) key = hmac(key, part);
  return hmac(key, `AWS4-HMAC-SHA256\n${headers.get('x-amz-date') ?? ''}\n${scope}\n${sha256(canonical)}`).toString('hex') === signature;
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest();
}

const claims = z.object({ sub: z.string().min(1), aud: z.string(), exp: z.number() });

/** Verifies a JWT that logs in with Google Cloud: who has signed it, and for whom. */
export function isSignedByGoogle(jwt: string, { key, audience }: { readonly key: string | undefined; readonly audience: string }): boolean {
  const [header = '', body = '', signature = ''] = jwt.split('.');
  if (key === undefined || !createVerify('RSA-SHA256').update(`${header}.${body}`).verify(key, signature, 'base64url')) return false;
  return claims.parse(JSON.parse(Buffer.from(body, 'base64url').toString('utf8'))).aud === audience;
}
