import { z } from 'zod';
import { ask, readJson } from '../../src/provider/ask.ts';
import type { ProviderContext } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { jwtType } from './google-api.ts';

/** Where tokens are traded in. No configuration may name another place. */
export const exchangeEndpoint = 'https://sts.googleapis.com/v1/token';

const impersonation = /^(?:|https:\/\/iamcredentials\.googleapis\.com\/v1\/projects\/-\/serviceAccounts\/[^\s/?#]+:generateAccessToken)$/;

const source = z.object({
  file: z.string().optional(),
  executable: z.undefined({ error: 'runs a program, which is not allowed' }).optional(),
  environment_id: z.undefined({ error: 'asks the metadata server of AWS, which is not supported' }).optional(),
  url: z.string().optional(),
  headers: z.record(z.string(), z.string()).default({}),
  format: z.object({ type: z.enum(['text', 'json']).default('text'), subject_token_field_name: z.string().default('access_token') }).default({ type: 'text', subject_token_field_name: 'access_token' }),
});

/** The configuration of an external account, as Google's tools write it. */
const accountFile = z.object({
  type: z.literal('external_account'),
  audience: z.string().default(''),
  subject_token_type: z.string().default(jwtType),
  token_url: z.literal(exchangeEndpoint).default(exchangeEndpoint),
  service_account_impersonation_url: z.string().regex(impersonation, 'must be the URL of generateAccessToken').optional(),
  service_account_impersonation: z.object({ token_lifetime_seconds: z.int().positive().max(43_200).default(3600) }).default({ token_lifetime_seconds: 3600 }),
  client_id: z.undefined({ error: 'is not supported' }).optional(),
  credential_source: source,
});

/** For a tenant's configuration: of the ways to get a token, the one by URL. */
const tenantFile = accountFile.extend({
  credential_source: source.extend({ file: z.undefined({ error: 'reads a file of the controller; use url, or serviceAccountRef instead of credConfig' }).optional(), url: z.string() }),
});

export type ExternalAccount = z.output<typeof accountFile>;

/**
 * Parses a configuration.
 * @param whose `tenant`: files of Prelude's pod are refused
 * @throws ProviderError `invalid` that names what is wrong, without quoting it
 */
export function parseAccount(text: string, where: string, whose: 'tenant' | 'own'): ExternalAccount {
  const parsed = (whose === 'tenant' ? tenantFile : accountFile).safeParse(parseQuietly(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path.join('.') ?? '';
  const what = issue?.code === 'custom' || issue?.message.startsWith('Invalid') === false ? issue.message : 'is missing, or is not what it must be';
  throw new ProviderError('invalid', `${where} is no configuration of an external account that is supported: ${path === '' ? 'it' : path} ${what}`);
}

function parseQuietly(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Fetches the token of the other issuer from its URL. @throws ProviderError; the signal's reason */
export async function fetchSubject({ url = '', headers, format }: ExternalAccount['credential_source'], { http }: Pick<ProviderContext, 'http'>, signal: AbortSignal): Promise<string> {
  const service = 'the external token endpoint';
  const answer = await ask({ method: 'GET', url, headers }, { http, service, advice: 'check credential_source of credConfig' }, signal);
  const token = subjectIn(answer.body, format, () => readJson(answer, service));
  if (token === undefined || token === '') throw new ProviderError('unavailable', `${service} answers without a token`);
  return token;
}

/** The token in what a source holds, undefined where there is none. */
export function subjectIn(body: Uint8Array, { type, subject_token_field_name: field }: ExternalAccount['credential_source']['format'], json: () => unknown): string | undefined {
  if (type === 'text') return Buffer.from(body).toString('utf8');
  const parsed = z.record(z.string(), z.unknown()).safeParse(json());
  const token = parsed.success ? parsed.data[field] : undefined;
  return typeof token === 'string' ? token : undefined;
}
