import { z } from 'zod';
import { ask } from '../../src/provider/ask.ts';
import type { OwnMeans, ProviderContext } from '../../src/provider/contract.ts';
import { credentialText } from '../../src/provider/credential-text.ts';
import { askJson } from '../../src/provider/json-request.ts';
import { ownTokenFile, requireClusterStore } from '../../src/provider/own-proof.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';

const azureResource = 'https://management.azure.com/';
const azureMetadata = 'http://169.254.169.254/metadata/identity/oauth2/token';
const googleMetadata = 'http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/identity';

const azureAnswer = z.object({ access_token: z.string().min(1) });

/** A token of the machine's managed identity at Azure. */
export async function azureToken(context: ProviderContext, resource: string | undefined, signal: AbortSignal): Promise<string> {
  const query = new URLSearchParams({ 'api-version': '2018-02-01', resource: resource === undefined || resource === '' ? azureResource : resource }).toString();
  const asked = { http: ownOf(context).http, service: "Azure's metadata service", advice: 'check whether the node has a managed identity' };
  return (await askJson({ method: 'GET', url: `${azureMetadata}?${query}`, headers: { metadata: 'true' } }, azureAnswer, asked, signal)).access_token;
}

/** A token of the machine's service account at Google Cloud, for one machine identity of Infisical. */
export async function googleToken(context: ProviderContext, identityId: string, signal: AbortSignal): Promise<string> {
  const query = new URLSearchParams({ audience: identityId, format: 'full' }).toString();
  const asked = { http: ownOf(context).http, service: "Google Cloud's metadata service", advice: 'check whether the node or its workload has a service account' };
  const { body } = await ask({ method: 'GET', url: `${googleMetadata}?${query}`, headers: { 'metadata-flavor': 'Google' } }, asked, signal);
  const text = Buffer.from(body).toString('utf8').trim();
  if (/^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)) return text;
  throw new ProviderError('unavailable', "Google Cloud's metadata service does not answer with a token");
}

/** The token of Prelude's own service account in this cluster. */
export async function clusterToken(context: ProviderContext): Promise<string> {
  return credentialText(await ownOf(context).file(ownTokenFile));
}

function ownOf(context: ProviderContext): OwnMeans {
  const { own } = context;
  if (own === undefined) throw new ProviderError('denied', 'the store logs in as Prelude itself, and this process does not let it; name credentials, e.g. auth.universalAuthCredentials');
  requireClusterStore(context, 'credentials, e.g. auth.universalAuthCredentials');
  return own;
}
