import { z } from 'zod';
import { ask } from '../../src/provider/ask.ts';
import type { OwnMeans, ProviderContext } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { fetchSubject, parseAccount, subjectIn } from './external-account.ts';
import { tokenOfExchange } from './federation.ts';
import type { GoogleToken } from './google-api.ts';
import { formRequest, requestToken } from './google-api.ts';
import { tokenOfKeyText } from './service-account-key.ts';

/** Google's names for the file with the credentials of a process, and for the host of the metadata server. */
export const ownVariables = ['GOOGLE_APPLICATION_CREDENTIALS', 'GCE_METADATA_HOST'] as const;

type OwnContext = Pick<ProviderContext, 'own' | 'environment' | 'clock'>;

const kinds = z.object({ type: z.enum(['service_account', 'external_account', 'authorized_user']) });
const userFile = z.object({ client_id: z.string().min(1), client_secret: z.string().min(1), refresh_token: z.string().min(1) });

/**
 * A token of Prelude itself, as Google's libraries look for one: of the file that GOOGLE_APPLICATION_CREDENTIALS names, or else from
 * the metadata server of the machine, which knows the pod's service account on GKE.
 * @throws ProviderError; the signal's reason
 */
export async function tokenOfOwn(context: OwnContext, signal: AbortSignal): Promise<GoogleToken> {
  const { http, file } = meansOf(context);
  const path = context.environment.get('GOOGLE_APPLICATION_CREDENTIALS');
  if (path !== undefined) return tokenOfFile(Buffer.from((await file(path)).reveal()).toString('utf8'), context, signal);
  const url = metadataUrl('instance/service-accounts/default/token', context);
  const advice = "check whether the machine, or the pod's service account, has an identity of Google, or name credentials in auth";
  return requestToken({ method: 'GET', url, headers: metadataHeaders }, { service: metadataService, advice, context: { http, clock: context.clock } }, signal);
}

/** The project of the machine. @throws ProviderError; the signal's reason */
export function ownProject(context: OwnContext, signal: AbortSignal): Promise<string> {
  return metadata('project/project-id', 'projectID', context, signal);
}

/** The location and the name of the GKE cluster that the machine belongs to. @throws ProviderError; the signal's reason */
export async function ownCluster(context: OwnContext, signal: AbortSignal): Promise<{ readonly clusterLocation: string; readonly clusterName: string }> {
  const [clusterLocation, clusterName] = await Promise.all([
    metadata('instance/attributes/cluster-location', 'auth.workloadIdentity.clusterLocation', context, signal),
    metadata('instance/attributes/cluster-name', 'auth.workloadIdentity.clusterName', context, signal),
  ]);
  return { clusterLocation, clusterName };
}

const metadataService = "Google's metadata server";
const metadataHeaders = { 'metadata-flavor': 'Google' };

function metadataUrl(path: string, { environment }: OwnContext): string {
  return `http://${environment.get('GCE_METADATA_HOST') ?? 'metadata.google.internal'}/computeMetadata/v1/${path}`;
}

async function metadata(path: string, field: string, context: OwnContext, signal: AbortSignal): Promise<string> {
  const { http } = meansOf(context);
  const advice = `name ${field} in the store`;
  const { body } = await ask({ method: 'GET', url: metadataUrl(path, context), headers: metadataHeaders }, { http, service: metadataService, advice }, signal);
  const text = Buffer.from(body).toString('utf8').trim();
  // it becomes a part of names
  if (/^[a-z0-9][a-z0-9.:-]{0,99}$/.test(text)) return text;
  throw new ProviderError('unavailable', `${metadataService} does not say what stands for ${field}; ${advice}`);
}

function meansOf({ own }: OwnContext): OwnMeans {
  if (own !== undefined) return own;
  throw new ProviderError('denied', 'the store needs the identity or the metadata of the machine that Prelude runs on, and may not use them');
}

const where = 'the file that GOOGLE_APPLICATION_CREDENTIALS names';

/** The file is of whoever runs Prelude: what it points to may be anywhere. */
async function tokenOfFile(text: string, context: OwnContext, signal: AbortSignal): Promise<GoogleToken> {
  const { http, file } = meansOf(context);
  const { clock } = context;
  const type = typeOf(text);
  if (type === 'service_account') return tokenOfKeyText({ text, where, field: 'GOOGLE_APPLICATION_CREDENTIALS' }, { http, clock }, signal);
  if (type === 'authorized_user') return tokenOfUser(text, { http, clock }, signal);
  const account = parseAccount(text, where, 'own');
  const { credential_source: source, service_account_impersonation_url: url = '', service_account_impersonation: { token_lifetime_seconds: lifetimeSeconds } } = account;
  const subject = source.file === undefined ? await fetchSubject(source, { http }, signal) : subjectOfFile(Buffer.from((await file(source.file)).reveal()), source.format);
  const exchange = { subject, subjectType: account.subject_token_type, audience: account.audience, ...(url === '' ? {} : { impersonated: { url, lifetimeSeconds } }) };
  return tokenOfExchange(exchange, { http, clock }, signal);
}

function subjectOfFile(bytes: Uint8Array, format: Parameters<typeof subjectIn>[1]): string {
  const token = subjectIn(bytes, format, () => parseQuietly(Buffer.from(bytes).toString('utf8')));
  if (token !== undefined && token !== '') return token;
  throw new ProviderError('invalid', `credential_source of ${where} holds no token`);
}

/** A user's own, as `gcloud auth application-default login` leaves them on a workstation. */
function tokenOfUser(text: string, context: Pick<ProviderContext, 'http' | 'clock'>, signal: AbortSignal): Promise<GoogleToken> {
  const parsed = userFile.safeParse(parseQuietly(text));
  if (!parsed.success) throw new ProviderError('invalid', `${where} needs client_id, client_secret and refresh_token`);
  const request = formRequest('https://oauth2.googleapis.com/token', { grant_type: 'refresh_token', ...parsed.data });
  return requestToken(request, { service: "Google's token endpoint", advice: 'log in again with gcloud auth application-default login', context }, signal);
}

function typeOf(text: string): z.output<typeof kinds>['type'] {
  const parsed = kinds.safeParse(parseQuietly(text));
  if (parsed.success) return parsed.data.type;
  throw new ProviderError('invalid', `${where} is not what Google calls service_account, external_account or authorized_user`);
}

function parseQuietly(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
