import { Agent, request } from 'undici';
import { z } from 'zod';
import type { ControlPlaneFacts } from './parts/control-plane.ts';

export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** What lies under these names; undefined where a step is missing. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let here = value;
  for (const step of path) here = typeof here === 'object' && here !== null ? Reflect.get(here, step) : undefined;
  return here;
}

/** The API server without any code of the product in between: what a test checks must not be what it checks with. */
export interface RawApi {
  readonly call: (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown, contentType?: string) => Promise<ApiAnswer>;
  readonly close: () => Promise<void>;
}

/** @param token the admin's unless told */
export function createRawApi({ server, ca, adminToken }: ControlPlaneFacts, token: string = adminToken): RawApi {
  const dispatcher = new Agent({ connect: { ca } });
  return {
    call: async (method, path, body, contentType = 'application/json') => {
      const { statusCode, body: answer } = await request(`${server}${path}`, {
        method,
        dispatcher,
        headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': contentType }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: statusCode, body: JSON.parse(await answer.text()) };
    },
    close: () => dispatcher.close(),
  };
}

const tokenSchema = z.object({ status: z.object({ token: z.string() }) });

/** A token that the API server issues for a service account. */
export async function serviceAccountToken(api: RawApi, namespace: string, name: string): Promise<string> {
  const { body } = await api.call('POST', `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`, { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} });
  return tokenSchema.parse(body).status.token;
}

const rulesSchema = z.object({
  status: z.object({
    incomplete: z.literal(false),
    resourceRules: z.array(z.object({ verbs: z.array(z.string()), apiGroups: z.array(z.string()).default([]), resources: z.array(z.string()).default([]), resourceNames: z.array(z.string()).optional() })),
  }),
});

/**
 * What the caller may do in a namespace and in the cluster, as `kubectl auth can-i --list` asks it:
 * a line `resource.group: verbs` each, sorted.
 */
export async function rightsIn(api: RawApi, namespace: string): Promise<readonly string[]> {
  const { body } = await api.call('POST', '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace } });
  const verbs = new Map<string, Set<string>>();
  for (const rule of rulesSchema.parse(body).status.resourceRules) {
    for (const group of rule.apiGroups) {
      for (const resource of rule.resources) {
        const [plural = '', sub] = resource.split('/');
        const named = rule.resourceNames === undefined ? '' : ` named ${rule.resourceNames.join(' ')}`;
        const line = `${plural}${group === '' ? '' : `.${group}`}${sub === undefined ? '' : `/${sub}`}${named}`;
        const known = verbs.get(line) ?? new Set();
        verbs.set(line, known);
        for (const verb of rule.verbs) known.add(verb);
      }
    }
  }
  return [...verbs].map(([line, known]) => `${line}: ${[...known].toSorted().join(' ')}`).toSorted();
}
