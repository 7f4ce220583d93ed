const order: ReadonlyMap<string, number> = new Map(
  `
  PriorityClass Namespace NetworkPolicy ResourceQuota LimitRange PodSecurityPolicy PodDisruptionBudget ServiceAccount Secret SecretList
  ConfigMap StorageClass PersistentVolume PersistentVolumeClaim CustomResourceDefinition ClusterRole ClusterRoleList ClusterRoleBinding
  ClusterRoleBindingList Role RoleList RoleBinding RoleBindingList Service DaemonSet Pod ReplicationController ReplicaSet Deployment
  HorizontalPodAutoscaler StatefulSet Job CronJob IngressClass Ingress APIService MutatingWebhookConfiguration ValidatingWebhookConfiguration
  `
    .trim()
    .split(/\s+/)
    .map((kind, index) => [kind, index] as const),
);

/** Sorts by kind, in the order in which Helm installs: kinds that it does not know come last, by name. What is of one kind keeps its order. */
export function inInstallOrder<T extends { readonly kind: string }>(items: readonly T[]): readonly T[] {
  return items.toSorted((left, right) => compareKinds(left.kind, right.kind));
}

function compareKinds(left: string, right: string): number {
  if (left === right) return 0;
  const [first, second] = [order.get(left), order.get(right)];
  if (first !== undefined && second !== undefined) return first - second;
  if (first === undefined && second === undefined) return Buffer.compare(Buffer.from(left), Buffer.from(right));
  return first === undefined ? 1 : -1;
}
