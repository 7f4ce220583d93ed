import { z } from 'zod';
import { SecretBytes } from '../../../lib/secret-bytes.ts';
import type { SopsKey } from '../metadata.ts';
import type { AllowList } from './allow-list.ts';
import { askService, parseAnswer, type ServiceContext, ServiceRefusal } from './ask-service.ts';
import { decodeBase64, type KeyAnswer, refuse } from './key-answer.ts';
import { type AwsCredentials, signAws } from './sign-aws.ts';

type KmsKey = Extract<SopsKey, { readonly type: 'kms' }>;

const arnForm = /^arn:(aws|aws-cn|aws-us-gov):kms:([a-z]{2}(?:-[a-z]+)+-\d):\d{12}:(?:key|alias)\/[\w/+=,.@:-]+$/;
const roleForm = /^arn:(aws|aws-cn|aws-us-gov):iam::\d{12}:role\/[\w/+=,.@-]+$/;
const answered = z.object({ Plaintext: z.string() });

/** Opens a data key with AWS KMS: one call of Decrypt, and one of STS AssumeRole before it where the file names a role. */
export async function openWithKms(key: KmsKey, { credentials, allowed }: { readonly credentials: AwsCredentials | undefined; readonly allowed: AllowList }, context: ServiceContext): Promise<KeyAnswer> {
  if (credentials === undefined) return refuse('there are no credentials at hand (sops.aws-kms of the Secret)');
  const [, partition = '', region = ''] = arnForm.exec(key.arn) ?? [];
  if (region === '') return refuse('its ARN is not one of a KMS key');
  if (!allowed.resource(key.arn)) return refuse('the ARN of its key is not in sops.allow of the Secret');
  if (key.role !== '' && (!roleForm.test(key.role) || !allowed.resource(key.role))) return refuse('the role that it names is not in sops.allow of the Secret');
  const blob = decodeBase64(key.enc);
  if (blob === undefined) return refuse('its encrypted data key is not base64');
  const place = { region, domain: partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com' };
  const used = key.role === '' ? credentials : await assumeRole(key.role, { ...place, credentials }, context);
  const url = `https://kms.${place.region}.${place.domain}`;
  const body = JSON.stringify({ KeyId: key.arn, CiphertextBlob: blob.toString('base64'), ...(Object.keys(key.context).length === 0 ? {} : { EncryptionContext: key.context }) });
  const headers = signAws({ service: 'kms', region, url, body, now: context.now(), headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'TrentService.Decrypt' } }, used);
  const answer = answered.safeParse(parseAnswer('AWS KMS', await askService('AWS KMS', { method: 'POST', url: `${url}/`, headers, body }, context)));
  const part = answer.success ? decodeBase64(answer.data.Plaintext) : undefined;
  return part === undefined ? refuse('AWS KMS answers without a plaintext') : { ok: true, part: new SecretBytes(part) };
}

interface Assuming {
  readonly region: string;
  readonly domain: string;
  readonly credentials: AwsCredentials;
}

/** @throws ServiceRefusal */
async function assumeRole(role: string, { region, domain, credentials }: Assuming, context: ServiceContext): Promise<AwsCredentials> {
  const url = `https://sts.${region}.${domain}`;
  const body = new URLSearchParams({ Action: 'AssumeRole', Version: '2011-06-15', RoleArn: role, RoleSessionName: 'sops@prelude', DurationSeconds: '900' }).toString();
  const headers = signAws({ service: 'sts', region, url, body, now: context.now(), headers: { 'content-type': 'application/x-www-form-urlencoded' } }, credentials);
  const xml = await askService('AWS STS', { method: 'POST', url: `${url}/`, headers, body }, context);
  const element = (name: string): string => new RegExp(`<${name}>([\\w+/=]{1,4096})</${name}>`).exec(xml)?.[1] ?? '';
  const [accessKeyId, secret, token] = [element('AccessKeyId'), element('SecretAccessKey'), element('SessionToken')];
  if (accessKeyId === '' || secret === '' || token === '') throw new ServiceRefusal('AWS STS answers without credentials', true);
  return { accessKeyId, secretAccessKey: SecretBytes.fromUtf8(secret), sessionToken: SecretBytes.fromUtf8(token) };
}
