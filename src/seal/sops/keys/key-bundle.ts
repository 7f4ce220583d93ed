import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { SecretBytes } from '../../../lib/secret-bytes.ts';
import { YamlError } from '../../../lib/yaml-error.ts';
import { parseYaml } from '../../../lib/yaml.ts';
import { readAgeIdentities } from './age-key.ts';
import { type AllowList, readAllowList } from './allow-list.ts';
import type { AzureApplication } from './azure-key-vault.ts';
import type { GcpAccount } from './gcp-kms.ts';
import type { AwsCredentials } from './sign-aws.ts';

/** All that a Secret gives to open files with. */
export interface KeyBundle {
  readonly age: readonly string[];
  /** Secret keys in armor. */
  readonly pgp: readonly SecretBytes[];
  readonly vaultToken?: SecretBytes;
  readonly aws?: AwsCredentials;
  readonly azure?: AzureApplication;
  readonly gcp?: GcpAccount;
  readonly allowed: AllowList;
  /** What of the Secret cannot be used, with the key that it stands under. */
  readonly problems: readonly string[];
}

const word = z.string().min(1).max(16_384);
const awsForm = z.object({ aws_access_key_id: z.string().regex(/^\w{16,128}$/), aws_secret_access_key: word, aws_session_token: word.optional() });
const gcpForm = z.object({ type: z.literal('service_account'), client_email: word, private_key_id: word, private_key: word });
/** `appId`, `tenant` and `password` are what `az ad sp create-for-rbac` prints. */
const azureForm = z
  .object({ tenantId: word, clientId: word, clientSecret: word.optional(), clientCertificate: word.optional(), authorityHost: z.url({ protocol: /^https$/ }).optional() })
  .or(z.object({ tenant: word, appId: word, password: word }).transform(({ tenant, appId, password }) => ({ tenantId: tenant, clientId: appId, clientSecret: password, clientCertificate: undefined, authorityHost: undefined })));

/**
 * Reads the data of a Secret under the names that Flux gives them: `*.agekey`, `*.asc`, `sops.vault-token`, `sops.aws-kms`,
 * `sops.azure-kv`, `sops.gcp-kms`; and, of ours, `sops.allow`. Others mean nothing.
 */
export function readKeyBundle(data: ReadonlyMap<string, SecretBytes>): KeyBundle {
  const problems: string[] = [];
  const text = (name: string): string | undefined => {
    const bytes = data.get(name);
    return bytes === undefined ? undefined : decode(bytes.reveal());
  };
  const read = <T>(name: string, form: z.ZodType<T>, what: string): T | undefined => {
    const found = text(name);
    const parsed = found === undefined ? undefined : form.safeParse(yamlOf(found));
    if (parsed?.success === false) problems.push(`${name}: is not ${what}`);
    return parsed?.data;
  };
  const named = (ending: string): readonly string[] => [...data.keys()].filter((name) => name.endsWith(ending)).toSorted();
  const age = named('.agekey').flatMap((name) => {
    const { identities, problems: found } = readAgeIdentities(text(name) ?? '');
    problems.push(...found.map((problem) => `${name}: ${problem}`));
    return identities;
  });
  const aws = read('sops.aws-kms', awsForm, 'YAML with aws_access_key_id and aws_secret_access_key');
  const gcp = read('sops.gcp-kms', gcpForm, 'the key file of a service account');
  const azure = azureOf(read('sops.azure-kv', azureForm, 'YAML with tenantId, clientId and clientSecret or clientCertificate'), problems);
  const token = text('sops.vault-token')?.trim();
  const allowed = readAllowList(text('sops.allow') ?? '');
  return {
    age,
    pgp: named('.asc').flatMap((name) => data.get(name) ?? []),
    ...(token === undefined || token === '' ? {} : { vaultToken: SecretBytes.fromUtf8(token) }),
    ...(aws === undefined ? {} : { aws: awsOf(aws) }),
    ...(gcp === undefined ? {} : { gcp: { email: gcp.client_email, keyId: gcp.private_key_id, privateKey: SecretBytes.fromUtf8(gcp.private_key) } }),
    ...(azure === undefined ? {} : { azure }),
    allowed,
    problems: [...problems, ...allowed.problems.map((problem) => `sops.allow: ${problem}`)],
  };
}

function awsOf(given: z.infer<typeof awsForm>): AwsCredentials {
  const token = given.aws_session_token;
  return { accessKeyId: given.aws_access_key_id, secretAccessKey: SecretBytes.fromUtf8(given.aws_secret_access_key), ...(token === undefined ? {} : { sessionToken: SecretBytes.fromUtf8(token) }) };
}

function azureOf(given: z.infer<typeof azureForm> | undefined, problems: string[]): AzureApplication | undefined {
  if (given === undefined) return undefined;
  const { tenantId, clientId, clientSecret, clientCertificate, authorityHost = 'https://login.microsoftonline.com' } = given;
  const application = { tenantId: encodeURIComponent(tenantId), clientId, authority: new URL(authorityHost).origin };
  if (clientSecret !== undefined) return { ...application, proof: { secret: SecretBytes.fromUtf8(clientSecret) } };
  if (clientCertificate !== undefined && isCertificate(clientCertificate)) return { ...application, proof: { certificate: clientCertificate, key: SecretBytes.fromUtf8(clientCertificate) } };
  problems.push('sops.azure-kv: needs a clientSecret, or a clientCertificate in PEM with its key, without a passphrase; managed identities are not supported here');
  return undefined;
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

/** UTF-8, or UTF-16 with its mark, which Windows' shells write. */
function decode(bytes: Uint8Array): string {
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(utf16).decode(bytes);
}

function yamlOf(text: string): unknown {
  try {
    return parseYaml(text, { bytes: 65_536, documents: 1, depth: 10 })[0]?.value;
  } catch (error) {
    if (error instanceof YamlError) return undefined;
    throw error;
  }
}
