import type { KubeObject, ObjectKey } from '../../api/object.ts';
import { formatKey } from '../../api/object.ts';
import { KubeError } from '../kube-error.ts';
import type { Cluster, DeleteOptions, ResourceType, WriteOptions } from '../port.ts';
import { apiVersionOf, secretType } from '../resource-types.ts';
import type { ApiClient } from './api-client.ts';
import type { ApiRequest } from './api-request.ts';
import { acceptMetadata, objectOf } from './object-shape.ts';
import type { Attempt } from './status-error.ts';
import { collectionPath, objectPath, type Query, requiredNamespace, withQuery } from './urls.ts';

/** The port's calls about one object each. */
type ObjectCalls = Pick<Cluster, 'get' | 'create' | 'update' | 'apply' | 'patchStatus' | 'delete'>;

/** The port's calls, each one request. */
export function objectCalls(client: ApiClient): ObjectCalls {
  async function write(type: ResourceType, request: ApiRequest, signal: AbortSignal): Promise<KubeObject> {
    const { body } = await client.send(request, signal);
    return objectOf(type, body);
  }

  return {
    get: async (type, key, signal, { metadataOnly = false } = {}) => {
      const { status, body } = await client.send(
        { ...attempt('get', type, key), sensitive: false, method: 'GET', path: objectPath(type, key), mayBeAbsent: key.name, ...(metadataOnly ? { accept: acceptMetadata } : {}) },
        signal,
      );
      return status === 404 ? undefined : objectOf(type, body, { metadataOnly });
    },
    create: async (type, object, options, signal) => {
      const namespace = requiredNamespace(type, object.metadata.namespace, object.metadata.name);
      const path = withQuery(collectionPath(type, namespace), writeQuery(options));
      return await write(type, { ...attempt('create', type, object.metadata, options), ...impersonation(options), method: 'POST', path, body: bodyOf(type, object) }, signal);
    },
    update: async (type, object, options, signal) => {
      const { metadata } = object;
      if (metadata.resourceVersion === undefined) throw new KubeError('invalid', `update ${type.plural} ${formatKey(metadata)}: metadata.resourceVersion is missing, and it would overwrite whatever is there`);
      const path = withQuery(objectPath(type, metadata), writeQuery(options));
      return await write(type, { ...attempt('update', type, metadata, options), ...impersonation(options), method: 'PUT', path, body: bodyOf(type, object) }, signal);
    },
    apply: async (type, object, options, signal) => {
      const { managedFields: _refused, ...metadata } = object.metadata;
      const path = withQuery(objectPath(type, metadata), { ...writeQuery(options), force: options.force === true ? 'true' : undefined });
      const body = bodyOf(type, { ...object, metadata });
      // JSON is YAML
      return await write(type, { ...attempt('apply', type, metadata, options), ...impersonation(options), method: 'PATCH', path, body, contentType: 'application/apply-patch+yaml' }, signal);
    },
    patchStatus: async (type, key, status, options, signal) => {
      const { resourceVersion } = options;
      const path = withQuery(objectPath(type, key, type.statusSubresource ? 'status' : undefined), writeQuery(options));
      const body = { ...(resourceVersion === undefined ? {} : { metadata: { resourceVersion } }), status };
      return await write(type, { ...attempt('patch', type, key), ...impersonation(options), method: 'PATCH', path, body, contentType: 'application/merge-patch+json' }, signal);
    },
    delete: async (type, key, options, signal) => {
      const { status } = await client.send({ ...attempt('delete', type, key), ...impersonation(options), method: 'DELETE', path: objectPath(type, key), mayBeAbsent: key.name, body: deleteBody(options) }, signal);
      return status !== 404;
    },
  };
}

function attempt(verb: string, type: ResourceType, key: ObjectKey, { holdsValues = false }: Pick<WriteOptions, 'holdsValues'> = {}): Attempt {
  return { verb, resource: type.plural, target: formatKey(key), sensitive: holdsValues || (type.group === secretType.group && type.kind === secretType.kind) };
}

/** What the name of a user may hold; a header with anything else could say something else to whoever reads it. */
const userName = /^[A-Za-z0-9]([A-Za-z0-9:._@-]*[A-Za-z0-9])?$/;

/** @throws KubeError `invalid` for an empty name: the header would be dropped, and we would write as ourselves */
function impersonation({ user }: Pick<WriteOptions, 'user'>): Pick<ApiRequest, 'impersonate'> {
  if (user === undefined) return {};
  if (user.trim() === '') throw new KubeError('invalid', 'the user to write as has no name');
  if (!userName.test(user)) throw new KubeError('invalid', 'the user to write as has a name with characters that names have not');
  return { impersonate: user };
}

function bodyOf(type: ResourceType, object: KubeObject): KubeObject {
  return { ...object, apiVersion: apiVersionOf(type), kind: type.kind };
}

function writeQuery({ fieldManager, dryRun }: WriteOptions): Query {
  return { fieldManager, dryRun: dryRun === true ? 'All' : undefined };
}

function deleteBody({ uid, resourceVersion, propagation }: DeleteOptions): unknown {
  const preconditions = { ...(uid === undefined ? {} : { uid }), ...(resourceVersion === undefined ? {} : { resourceVersion }) };
  return {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    ...(Object.keys(preconditions).length === 0 ? {} : { preconditions }),
    ...(propagation === undefined ? {} : { propagationPolicy: propagation }),
  };
}
