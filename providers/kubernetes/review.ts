import { z } from 'zod';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { KubernetesApi } from './api.ts';

const group = 'authorization.k8s.io/v1';

const accessReview = z.looseObject({ status: z.looseObject({ allowed: z.boolean() }) });
const strings = z.array(z.string()).nullish();
const rulesReview = z.looseObject({ status: z.looseObject({ resourceRules: z.array(z.looseObject({ verbs: strings, apiGroups: strings, resources: strings })).nullish() }) });

/**
 * Checks that the store's account may get Secrets of a namespace, all or some by their names.
 * @throws ProviderError: `denied` where it may not; the signal's reason
 */
export async function checkAccess(api: KubernetesApi, namespace: string, signal: AbortSignal): Promise<void> {
  const attributes = { resource: 'secrets', namespace, verb: 'get' };
  const access = accessReview.safeParse(await review(api, { kind: 'SelfSubjectAccessReview', spec: { resourceAttributes: attributes } }, signal));
  if (access.success && access.data.status.allowed) return;
  const rules = rulesReview.safeParse(await review(api, { kind: 'SelfSubjectRulesReview', spec: { namespace } }, signal));
  const found = rules.success ? (rules.data.status.resourceRules ?? []) : [];
  const any = (wanted: string) => (names: readonly string[] | null | undefined) => (names ?? []).some((name) => name === wanted || name === '*');
  if (found.some(({ verbs, apiGroups, resources }) => any('get')(verbs) && any('')(apiGroups) && any('secrets')(resources))) return;
  throw new ProviderError('denied', `the store's account may not get Secrets of namespace ${namespace}`);
}

async function review(api: KubernetesApi, { kind, spec }: { readonly kind: string; readonly spec: unknown }, signal: AbortSignal): Promise<unknown> {
  const path = `/apis/${group}/${kind.toLowerCase()}s`;
  const answer = await api.call({ method: 'POST', path, body: { apiVersion: group, kind, spec }, what: 'ask what it may do' }, signal);
  if (answer.kind === 'ok') return answer.body;
  throw new ProviderError('unavailable', `the API server does not say what the store's account may do (${answer.kind})`);
}
