import { KubeError } from '../kube-error.ts';
import type { Writes } from '../port.ts';
import type { ApiClient } from './api-client.ts';
import { objectCalls } from './object-calls.ts';

/**
 * The calls that change objects, sent as another user on the connections of this client. The API server gives a service account its groups.
 * @throws KubeError `invalid` for an empty name: the header would be dropped, and we would write as ourselves
 */
export function impersonatedWrites(client: Pick<ApiClient, 'send'>, user: string): Writes {
  if (user.trim() === '') throw new KubeError('invalid', 'the user to impersonate has no name');
  const { create, update, apply, patchStatus, delete: remove } = objectCalls({ send: (request, signal) => client.send({ ...request, impersonate: user }, signal) });
  return { create, update, apply, patchStatus, delete: remove };
}
