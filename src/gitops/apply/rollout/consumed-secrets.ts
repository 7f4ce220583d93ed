import type { Plan, ResolvedNeed } from '../../plan/plan.ts';
import type { ObjectRef } from '../object/object-ref.ts';

/** One Secret of a workload's namespace, and what of it the pods read. */
export interface ConsumedSecret {
  readonly name: string;
  /** Sorted; `all` where the whole of it is mounted or taken into the environment. */
  readonly keys: 'all' | readonly string[];
}

/** Which Secrets the pods of a plan's workloads read. */
export interface ConsumedSecrets {
  /** Sorted by name. */
  readonly of: (workload: ObjectRef) => readonly ConsumedSecret[];
  /** All of them, as `namespace/name`. */
  readonly names: ReadonlySet<string>;
}

/** Kinds whose pods are replaced when their template changes. A Job's template cannot change, and a CronJob's next pod reads anew. */
const rollingKinds: ReadonlySet<string> = new Set(['apps/Deployment', 'apps/StatefulSet', 'apps/DaemonSet', 'argoproj.io/Rollout']);

/** Whether a kind replaces its pods when their template changes. */
export function rolls({ group, kind }: Pick<ObjectRef, 'group' | 'kind'>): boolean {
  return rollingKinds.has(`${group}/${kind}`);
}

/** A pull secret is read as a pod starts, and never by the pod. */
function isReadByPods(path: string): boolean {
  return !path.includes('imagePullSecrets');
}

const known = new WeakMap<object, ConsumedSecrets>();

/** Reads off the needs of a plan what each workload's pods read. */
export function consumedSecrets({ needs }: Pick<Plan, 'needs'>): ConsumedSecrets {
  const found = known.get(needs) ?? readConsumed(needs);
  known.set(needs, found);
  return found;
}

function readConsumed(needs: Plan['needs']): ConsumedSecrets {
  const byWorkload = new Map<string, Map<string, Set<string> | 'all'>>();
  for (const need of needs) for (const workload of readersOf(need)) add(byWorkload, workload, need);
  return {
    of: ({ kind, namespace = '', name }) =>
      [...(byWorkload.get(`${kind}/${namespace}/${name}`) ?? [])]
        .map(([secret, keys]): ConsumedSecret => ({ name: secret, keys: keys === 'all' ? keys : [...keys].toSorted() }))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    names: new Set(needs.filter(({ consumers }) => consumers.some(({ path }) => isReadByPods(path))).map(({ namespace, secret }) => `${namespace}/${secret}`)),
  };
}

function readersOf({ namespace, consumers }: ResolvedNeed): ReadonlySet<string> {
  return new Set(consumers.flatMap(({ kind, name, path }) => (isReadByPods(path) ? [`${kind}/${namespace}/${name}`] : [])));
}

function add(found: Map<string, Map<string, Set<string> | 'all'>>, workload: string, { secret, key }: ResolvedNeed): void {
  const secrets = found.get(workload) ?? new Map<string, Set<string> | 'all'>();
  found.set(workload, secrets);
  const keys = secrets.get(secret) ?? new Set<string>();
  if (key === undefined || keys === 'all') secrets.set(secret, 'all');
  else secrets.set(secret, keys.add(key));
}
