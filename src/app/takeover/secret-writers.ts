import { z } from 'zod';
import type { ObjectKey } from '../../api/object.ts';
import type { Cluster } from '../../kube/port.ts';
import { clusterRoleBindingType, clusterRoleType } from '../../kube/resource-types.ts';

const subject = z.object({ kind: z.string(), name: z.string(), namespace: z.string().default('') });
const binding = z.object({ roleRef: z.object({ kind: z.string(), name: z.string() }), subjects: z.array(subject).nullish() });
const rule = z.object({ apiGroups: z.array(z.string()).nullish(), resources: z.array(z.string()).nullish(), verbs: z.array(z.string()).nullish(), resourceNames: z.array(z.string()).nullish() });
const role = z.object({ rules: z.array(rule).nullish() });

/**
 * Which of some service accounts may update Secrets in every namespace. Such a right cannot be had by somebody who may only write in a
 * namespace of their own, as a label, an image or a Lease can. Rights through groups are not counted: everybody may have them.
 * @returns `namespace/name`
 * @throws KubeError
 */
export async function secretWriters(cluster: Pick<Cluster, 'pages' | 'get'>, accounts: readonly Required<ObjectKey>[], signal: AbortSignal): Promise<ReadonlySet<string>> {
  const asked = new Set(accounts.map(idOf));
  const found = new Set<string>();
  const roles = new Map<string, boolean>();
  if (asked.size === 0) return found;
  for await (const { items } of cluster.pages(clusterRoleBindingType, {}, signal)) {
    for (const item of items) {
      const parsed = binding.safeParse(item);
      if (!parsed.success || parsed.data.roleRef.kind !== 'ClusterRole') continue;
      const ids = (parsed.data.subjects ?? []).filter(({ kind }) => kind === 'ServiceAccount').map(idOf).filter((id) => asked.has(id) && !found.has(id));
      if (ids.length === 0) continue;
      const { name } = parsed.data.roleRef;
      const grants = roles.get(name) ?? grantsUpdate(await cluster.get(clusterRoleType, { name }, signal));
      roles.set(name, grants);
      if (grants) for (const id of ids) found.add(id);
    }
  }
  return found;
}

function idOf({ namespace, name }: Required<ObjectKey>): string {
  return `${namespace}/${name}`;
}

function grantsUpdate(object: unknown): boolean {
  const parsed = role.safeParse(object);
  const has = (list: readonly string[] | null | undefined, word: string): boolean => list?.some((one) => one === word || one === '*') === true;
  return parsed.success && (parsed.data.rules ?? []).some(({ apiGroups, resources, verbs, resourceNames }) => has(apiGroups, '') && has(resources, 'secrets') && has(verbs, 'update') && (resourceNames ?? []).length === 0);
}
