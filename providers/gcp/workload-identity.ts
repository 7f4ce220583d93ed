import type { ProviderContext } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { GoogleToken } from './google-api.ts';
import { accessTokenType, exchangeGrant, impersonate, impersonationUrl, jsonRequest, jwtType, requestToken, scope } from './google-api.ts';
import type { WorkloadIdentity } from './spec.ts';

const annotation = 'iam.gke.io/gcp-service-account';
const endpoint = 'https://securetoken.googleapis.com/v1/identitybindingtoken';
/** Upstream's: a token is traded in at once. */
const tokenSeconds = 900;
/** Google's longest without more ado. */
const lifetimeSeconds = 3600;

/** Trades the token of a service account of a GKE cluster in. @throws ProviderError; the signal's reason */
export async function tokenOfWorkload(identity: WorkloadIdentity, projectId: string, context: ProviderContext, signal: AbortSignal): Promise<GoogleToken> {
  const { serviceAccountRef, clusterLocation, clusterName, clusterProjectID = '' } = identity;
  const project = clusterProjectID === '' ? projectId : clusterProjectID;
  if (project === '') throw new ProviderError('invalid', 'auth.workloadIdentity needs clusterProjectID, or projectID beside auth');
  const pool = `${project}.svc.id.goog`;
  const cluster = `https://container.googleapis.com/v1/projects/${project}/locations/${clusterLocation}/clusters/${clusterName}`;
  const account = (await context.serviceAccountAnnotations(serviceAccountRef))[annotation] ?? '';
  const subject = await context.serviceAccountToken(serviceAccountRef, { audiences: [pool], expirationSeconds: tokenSeconds });
  const request = jsonRequest(endpoint, {
    grant_type: exchangeGrant,
    subject_token_type: jwtType,
    requested_token_type: accessTokenType,
    subject_token: Buffer.from(subject.reveal()).toString('utf8'),
    audience: `identitynamespace:${pool}:${cluster}`,
    scope,
  });
  const bound = await requestToken(request, { service: "Google's workload identity", advice: 'check the cluster’s name, location and project, and whether it has Workload Identity', context }, signal);
  return account === '' ? bound : impersonate(impersonationUrl(account, `the annotation ${annotation}`), bound.token, lifetimeSeconds, { context }, signal);
}
