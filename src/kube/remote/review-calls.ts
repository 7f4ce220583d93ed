import { formatKey, type ObjectKey } from '../../api/object.ts';
import { KubeError } from '../kube-error.ts';
import type { AccessQuestion, CallerQuestion, ResourceType } from '../port.ts';
import { serviceAccountType } from '../resource-types.ts';
import type { ApiClient } from './api-client.ts';
import { isJsonMap } from './object-shape.ts';
import { collectionPath, objectPath } from './urls.ts';

export interface TokenWish {
  readonly serviceAccount: Required<ObjectKey>;
  readonly request: { readonly audiences: readonly string[]; readonly expirationSeconds: number };
}

/** A token of a service account. @throws KubeError `absent` where there is no such account */
export async function requestToken(client: ApiClient, { serviceAccount, request }: TokenWish, signal: AbortSignal): Promise<string> {
  const { body } = await client.send(
    {
      verb: 'create',
      resource: 'serviceaccounts/token',
      target: formatKey(serviceAccount),
      sensitive: false,
      method: 'POST',
      path: objectPath(serviceAccountType, serviceAccount, 'token'),
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: request },
    },
    signal,
  );
  const token = statusOf(body)['token'];
  if (typeof token !== 'string' || token === '') throw new KubeError('unavailable', `the server made no token for service account ${formatKey(serviceAccount)}`);
  return token;
}

const reviewType: ResourceType = {
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectAccessReview',
  plural: 'selfsubjectaccessreviews',
  namespaced: false,
  statusSubresource: false,
};

/** Whether we may do what is asked, as the server's authorizers see it. */
export async function reviewAccess(client: ApiClient, { verb, type, namespace, name }: AccessQuestion, signal: AbortSignal): Promise<boolean> {
  const resourceAttributes = { verb, group: type.group, version: type.version, resource: type.plural, ...(namespace === undefined ? {} : { namespace }), ...(name === undefined ? {} : { name }) };
  const { body } = await client.send(
    {
      verb: 'create',
      resource: reviewType.plural,
      target: '',
      sensitive: false,
      method: 'POST',
      path: collectionPath(reviewType, undefined),
      body: { apiVersion: 'authorization.k8s.io/v1', kind: reviewType.kind, spec: { resourceAttributes } },
    },
    signal,
  );
  const { allowed } = statusOf(body);
  if (typeof allowed !== 'boolean') throw new KubeError('unavailable', `the server does not say whether we may ${verb} ${type.plural}`);
  return allowed;
}

const tokenReviewType: ResourceType = { ...reviewType, group: 'authentication.k8s.io', kind: 'TokenReview', plural: 'tokenreviews' };
const callerReviewType: ResourceType = { ...reviewType, kind: 'SubjectAccessReview', plural: 'subjectaccessreviews' };

/** Whether the bearer of a token may do what is asked: `unknown` where the server knows no such bearer. The token is in no message. */
export async function reviewCaller(client: ApiClient, { token, ...asked }: CallerQuestion, signal: AbortSignal): Promise<'admitted' | 'refused' | 'unknown'> {
  const { authenticated, user } = statusOf(await createReview(client, tokenReviewType, { token }, signal));
  if (authenticated !== true || !isJsonMap(user)) return 'unknown';
  const { username, uid, groups, extra } = user;
  const spec = { resourceAttributes: asked, user: username, uid, groups, extra };
  const { allowed } = statusOf(await createReview(client, callerReviewType, spec, signal));
  return allowed === true ? 'admitted' : 'refused';
}

async function createReview(client: ApiClient, type: ResourceType, spec: object, signal: AbortSignal): Promise<unknown> {
  const { body } = await client.send(
    { verb: 'create', resource: type.plural, target: '', sensitive: true, method: 'POST', path: collectionPath(type, undefined), body: { apiVersion: `${type.group}/${type.version}`, kind: type.kind, spec } },
    signal,
  );
  return body;
}

function statusOf(body: unknown): Readonly<Record<string, unknown>> {
  return isJsonMap(body) && isJsonMap(body['status']) ? body['status'] : {};
}
