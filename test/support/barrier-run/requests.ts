import type { KubeObject } from '../../../src/api/object.ts';
import { printPin, rollbackAnnotation } from '../../../src/gitops/history/rollback-pin.ts';
import { isKubeError } from '../../../src/kube/kube-error.ts';
import type { Cluster } from '../../../src/kube/port.ts';
import { applicationType } from '../../../src/kube/resource-types.ts';
import { at } from '../raw-api.ts';
import type { Edit, Scenario } from './scenario.ts';

interface Asking {
  readonly scenario: Pick<Scenario, 'consumers'>;
  /** Of the Application. */
  readonly namespace: string;
  readonly name: string;
}

const never = new AbortController().signal;
/** How often it is tried again where the controller was faster. */
const tries = 20;

/** Asks something of an Application, as a person does who sees it: nothing where there is nothing to ask. */
export async function request(cluster: Pick<Cluster, 'get' | 'update'>, edit: Edit, commits: readonly string[], { scenario, namespace, name }: Asking): Promise<void> {
  for (let count = 0; count < tries; count += 1) {
    const application = await cluster.get(applicationType, { namespace, name }, never);
    const asked = application === undefined ? undefined : askedOf(edit, application, commits, scenario);
    if (asked === undefined) return;
    try {
      await cluster.update(applicationType, asked, { fieldManager: 'person' }, never);
      return;
    } catch (error) {
      if (!isKubeError(error, 'conflict')) throw error;
    }
  }
}

function askedOf({ what, pick }: Edit, application: KubeObject, commits: readonly string[], { consumers }: Pick<Scenario, 'consumers'>): KubeObject | undefined {
  const { metadata } = application;
  const [head, ...others] = commits.toReversed();
  const older = others[Math.floor(pick * others.length)];
  switch (what) {
    case 'syncPart':
      // the one that needs all Secrets
      return { ...application, operation: { sync: { resources: [{ group: 'apps', kind: 'Deployment', name: consumers[0]?.name }] }, retry: retryOf(application) } };
    case 'syncAll':
      return { ...application, operation: { sync: {}, retry: retryOf(application) } };
    case 'terminate':
      return at(application, 'status', 'operationState', 'phase') === 'Running' ? terminated(application) : undefined;
    case 'rollback':
      return head === undefined || older === undefined ? undefined : { ...application, metadata: { ...metadata, annotations: { ...metadata.annotations, [rollbackAnnotation]: printPin({ revision: older, replaces: head, by: 'person' }) } } };
    default:
      return undefined;
  }
}

/** What somebody asks for is tried again only where they say so; here as often as what the Application does by itself. */
function retryOf(application: KubeObject): unknown {
  return at(application, 'spec', 'syncPolicy', 'retry');
}

/** As Argo CD's command line stops an operation. */
function terminated(application: KubeObject): KubeObject {
  const status = Object(application['status']);
  return { ...application, status: { ...status, operationState: { ...Object(at(status, 'operationState')), phase: 'Terminating' } } };
}
