import { isKubeError, KubeError } from '../../kube/kube-error.ts';
import type { Cluster, ResourceType } from '../../kube/port.ts';
import { interceptWrites, type Write } from '../../kube/intercept-writes.ts';
import type { ProjectRules } from './project-rules.ts';

/** What an Application may do at this moment. */
export interface ProjectRights {
  /** Why it may do nothing at all. Absent: nothing is against it. */
  readonly problem?: string;
  /** Absent: it may write everything. */
  readonly rules?: ProjectRules;
  /** As whom it writes: a user of the API server. Absent: as the controller. */
  readonly user?: string;
}

/** Each write as verbs of the API server's rights. An apply makes what is not there, too. */
const rightsFor: Readonly<Record<Write['verb'], string>> = { create: 'create', update: 'update', apply: 'create and patch', patchStatus: 'create and patch', delete: 'delete' };

/** Names the account and the right that is missing: the API server says who was refused, and not what to do. */
function withRemedy(error: unknown, { user, type, namespace, verb }: { readonly user: string; readonly type: ResourceType; readonly namespace: string | undefined; readonly verb: Write['verb'] }): unknown {
  if (!isKubeError(error, 'denied')) return error;
  const what = `${type.plural}${type.group === '' ? '' : `.${type.group}`}`;
  const where = namespace === undefined ? 'in the cluster' : `in namespace ${namespace}`;
  const account = user.replace(/^system:serviceaccount:([^:]+):/, '$1/');
  // newer API servers ask for `impersonate-on:serviceaccount:patch` first, and for `impersonate` where that is not given
  const remedy = / cannot impersonate\b/.test(error.message)
    ? `the controller may not write as service account ${account}; let it impersonate that account (git.impersonate of the chart)`
    : `written as service account ${account}: let that account ${rightsFor[verb]} ${what} ${where}, if it should`;
  return new KubeError('denied', `${remedy} (${error.message})`, { cause: error });
}

/**
 * The cluster as an Application may use it: each write is put against its project as the project is then, on the very object that is written,
 * and sent as the account that the project names. Reads stay the controller's own.
 * @param rights asked before each write; writes throw KubeError `denied` where the project has something against them
 */
export function guardWrites(cluster: Cluster, rights: () => ProjectRights): Cluster {
  return interceptWrites(cluster, async ({ verb, type, key: { namespace, name } }, send) => {
    const { problem, rules, user } = rights();
    const place = type.namespaced ? namespace : undefined;
    const refusal = problem ?? rules?.objectRefusal({ group: type.group, kind: type.kind, name, namespace: place });
    if (refusal !== undefined) throw new KubeError('denied', refusal);
    if (user === undefined) return send();
    try {
      return await send({ user });
    } catch (error) {
      throw withRemedy(error, { user, type, namespace: place, verb });
    }
  });
}
