import { z } from 'zod';
import { createSemaphore } from '../../lib/semaphore.ts';
import { isKubeError, KubeError } from '../kube-error.ts';
import type { Discovery, ResourceType } from '../port.ts';
import { apiVersionsOf } from '../api-versions.ts';
import { apiVersionOf } from '../resource-types.ts';
import type { ApiClient } from './api-client.ts';
import type { ApiAnswer, ApiRequest } from './api-request.ts';

/** The kinds a server serves, as of one reading. */
export interface ServedKinds extends Discovery {
  /**
   * @throws KubeError `unavailable` where the server could not say what that group holds: its own server is down.
   * "Not served" would be an answer, and things are deleted by it
   */
  readonly find: (apiVersion: string, kind: string) => ResourceType | undefined;
  /** What to send to learn that nothing has changed; one for each root. */
  readonly etags: Readonly<Record<string, string>>;
  readonly parts: Readonly<Record<string, Part>>;
}

/** What one root, `/api` or `/apis`, holds. */
interface Part {
  readonly types: readonly ResourceType[];
  /** `group/version` of those that could not be read. */
  readonly unread: readonly string[];
}

/** Since Kubernetes 1.26 all groups come in one answer; older servers answer with a plain list of groups. */
const aggregated = ['v2', 'v2beta1'].map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`);
const accept = [...aggregated, 'application/json'].join(', ');

/** How many groups of an older server are read at once. */
const atOnce = 8;

const aggregatedList = z.object({
  kind: z.literal('APIGroupDiscoveryList'),
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string().default('') }).default({ name: '' }),
      versions: z
        .array(
          z.object({
            version: z.string(),
            freshness: z.string().default('Current'),
            resources: z
              .array(
                z.object({
                  resource: z.string(),
                  responseKind: z.object({ kind: z.string() }).nullish(),
                  scope: z.string(),
                  subresources: z.array(z.object({ subresource: z.string() })).default([]),
                }),
              )
              .default([]),
          }),
        )
        .default([]),
    }),
  ),
});
const versionList = z.object({ kind: z.literal('APIVersions'), versions: z.array(z.string()) });
const groupList = z.object({ kind: z.literal('APIGroupList'), groups: z.array(z.object({ versions: z.array(z.object({ groupVersion: z.string() })) })) });
const resourceList = z.object({ resources: z.array(z.object({ name: z.string(), kind: z.string(), namespaced: z.boolean() })) });

/** Reads all kinds: two requests where the server can say it at once, and two short ones where nothing has changed since `before`. */
export async function readServedKinds(client: ApiClient, before: ServedKinds | undefined, signal: AbortSignal): Promise<ServedKinds> {
  const etags: Record<string, string> = {};
  const parts: Record<string, Part> = {};
  for (const root of ['/api', '/apis']) {
    const etag = before?.etags[root];
    const answer = await client.send(request(root, etag), signal);
    const kept = before?.parts[root];
    parts[root] = answer.status === 304 && kept !== undefined ? kept : await readRoot(client, answer, signal);
    if (answer.etag !== undefined && parts[root].unread.length === 0) etags[root] = answer.etag;
  }
  return servedKinds(etags, parts);
}

function servedKinds(etags: Readonly<Record<string, string>>, parts: Readonly<Record<string, Part>>): ServedKinds {
  const types = new Map<string, ResourceType>();
  // the first of a kind is the one of its own name; the rest are views of it
  for (const type of Object.values(parts).flatMap((part) => part.types)) {
    const id = `${apiVersionOf(type)} ${type.kind}`;
    if (!types.has(id)) types.set(id, type);
  }
  const unread = new Set(Object.values(parts).flatMap((part) => part.unread));
  let versions: readonly string[] | undefined;
  return {
    etags,
    parts,
    apiVersions: () => (versions ??= apiVersionsOf(types.values(), unread)),
    find: (apiVersion, kind) => {
      const found = types.get(`${apiVersion} ${kind}`);
      if (found === undefined && unread.has(apiVersion)) throw new KubeError('unavailable', `the API server cannot say what ${apiVersion} holds: the server behind it does not answer`);
      return found;
    },
  };
}

function request(path: string, ifNoneMatch?: string): ApiRequest {
  return { verb: 'discover', resource: '', target: path, sensitive: false, method: 'GET', path, accept, ...(ifNoneMatch === undefined ? {} : { ifNoneMatch }) };
}

async function readRoot(client: ApiClient, { body }: ApiAnswer, signal: AbortSignal): Promise<Part> {
  const whole = aggregatedList.safeParse(body);
  if (whole.success) return aggregatedPart(whole.data);
  const versions = versionList.safeParse(body);
  if (versions.success) return await readVersions(client, versions.data.versions, signal);
  const groups = groupList.safeParse(body);
  if (!groups.success) throw new KubeError('unavailable', 'the server does not say what it serves in a form that is known; is it an API server?');
  return await readVersions(client, groups.data.groups.flatMap((group) => group.versions.map((version) => version.groupVersion)), signal);
}

function aggregatedPart(list: z.infer<typeof aggregatedList>): Part {
  const versions = list.items.flatMap((item) => item.versions.map((version) => ({ group: item.metadata.name, ...version })));
  return {
    types: versions.flatMap(({ group, version, resources }) =>
      resources.flatMap(({ resource, responseKind, scope, subresources }): readonly ResourceType[] => {
        if (responseKind === null || responseKind === undefined) return [];
        const statusSubresource = subresources.some(({ subresource }) => subresource === 'status');
        return [{ group, version, kind: responseKind.kind, plural: resource, namespaced: scope === 'Namespaced', statusSubresource }];
      }),
    ),
    unread: versions.flatMap(({ group, version, freshness }) => (freshness === 'Current' ? [] : [group === '' ? version : `${group}/${version}`])),
  };
}

async function readVersions(client: ApiClient, groupVersions: readonly string[], signal: AbortSignal): Promise<Part> {
  const room = createSemaphore(atOnce);
  const read = await Promise.all(groupVersions.map((groupVersion) => room.run(() => readVersion(client, groupVersion, signal), signal)));
  return { types: read.flatMap((types) => types ?? []), unread: groupVersions.filter((_groupVersion, index) => read[index] === undefined) };
}

/** Undefined where the server behind the group does not answer; that must not hide the other groups. */
async function readVersion(client: ApiClient, groupVersion: string, signal: AbortSignal): Promise<readonly ResourceType[] | undefined> {
  const [version = '', group = ''] = groupVersion.split('/').toReversed();
  let body: unknown;
  try {
    ({ body } = await client.send({ ...request(group === '' ? `/api/${version}` : `/apis/${group}/${version}`), accept: 'application/json' }, signal));
  } catch (error) {
    // removed since the groups were listed
    if (isKubeError(error, 'absent')) return [];
    if (isKubeError(error, 'unavailable')) return undefined;
    throw error;
  }
  const { data } = resourceList.safeParse(body);
  if (data === undefined) return undefined;
  const withStatus = new Set(data.resources.flatMap(({ name }) => (name.endsWith('/status') ? [name.slice(0, -'/status'.length)] : [])));
  return data.resources.flatMap(({ name, kind, namespaced }): readonly ResourceType[] =>
    name.includes('/') ? [] : [{ group, version, kind, plural: name, namespaced, statusSubresource: withStatus.has(name) }],
  );
}
