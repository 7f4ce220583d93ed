import type { KubeObject } from '../../api/object.ts';
import type { Discovery, ResourceType } from '../port.ts';
import { apiVersionsOf } from '../api-versions.ts';
import { apiVersionOf } from '../resource-types.ts';
import { isJsonMap } from './json-map.ts';

/** The version of Kubernetes that a local cluster says it is: the one that Helm assumes where it may not ask. */
export const localVersion = 'v1.37.0';

/**
 * Kinds that every Kubernetes serves: `plural Kind`, with `*` where status is a subresource and `-` where the kind is
 * cluster-scoped. From the API reference of Kubernetes 1.3x.
 */
const builtIn: Readonly<Record<string, string>> = {
  v1: `-namespaces Namespace*, -nodes Node*, -persistentvolumes PersistentVolume*, secrets Secret, configmaps ConfigMap,
    serviceaccounts ServiceAccount, services Service*, endpoints Endpoints, events Event, pods Pod*, podtemplates PodTemplate,
    replicationcontrollers ReplicationController*, persistentvolumeclaims PersistentVolumeClaim*, resourcequotas ResourceQuota*, limitranges LimitRange`,
  'apps/v1': 'deployments Deployment*, statefulsets StatefulSet*, daemonsets DaemonSet*, replicasets ReplicaSet*, controllerrevisions ControllerRevision',
  'batch/v1': 'jobs Job*, cronjobs CronJob*',
  'autoscaling/v1': 'horizontalpodautoscalers HorizontalPodAutoscaler*',
  'autoscaling/v2': 'horizontalpodautoscalers HorizontalPodAutoscaler*',
  'policy/v1': 'poddisruptionbudgets PodDisruptionBudget*',
  'networking.k8s.io/v1': 'ingresses Ingress*, networkpolicies NetworkPolicy, -ingressclasses IngressClass',
  'discovery.k8s.io/v1': 'endpointslices EndpointSlice',
  'rbac.authorization.k8s.io/v1': 'roles Role, rolebindings RoleBinding, -clusterroles ClusterRole, -clusterrolebindings ClusterRoleBinding',
  'storage.k8s.io/v1': '-storageclasses StorageClass, -csidrivers CSIDriver, -csinodes CSINode, -volumeattachments VolumeAttachment*',
  'scheduling.k8s.io/v1': '-priorityclasses PriorityClass',
  'node.k8s.io/v1': '-runtimeclasses RuntimeClass',
  'coordination.k8s.io/v1': 'leases Lease',
  'certificates.k8s.io/v1': '-certificatesigningrequests CertificateSigningRequest*',
  'apiextensions.k8s.io/v1': '-customresourcedefinitions CustomResourceDefinition*',
  'apiregistration.k8s.io/v1': '-apiservices APIService*',
  'admissionregistration.k8s.io/v1': `-validatingwebhookconfigurations ValidatingWebhookConfiguration, -mutatingwebhookconfigurations MutatingWebhookConfiguration,
    -validatingadmissionpolicies ValidatingAdmissionPolicy*, -validatingadmissionpolicybindings ValidatingAdmissionPolicyBinding`,
};

const entry = /^(?<scope>-?)(?<plural>[a-z]+) (?<kind>[A-Za-z]+)(?<status>\*?)$/;

function builtInTypes(): readonly ResourceType[] {
  return Object.entries(builtIn).flatMap(([apiVersion, kinds]) => {
    const [version = '', group = ''] = apiVersion.split('/').toReversed();
    return kinds.split(/,\s+/).flatMap((text) => {
      const { scope, plural, kind, status } = entry.exec(text)?.groups ?? {};
      if (plural === undefined || kind === undefined) return [];
      return [{ group, version, kind, plural, namespaced: scope === '', statusSubresource: status === '*' }];
    });
  });
}

/** The name of a kind whatever its version: objects of all versions are one set. Also the name of its folder: `Kind` or `Kind.group`. */
export function kindId(type: Pick<ResourceType, 'group' | 'kind'>): string {
  return type.group === '' ? type.kind : `${type.kind}.${type.group}`;
}

/** The kinds a local cluster serves: the built-in ones, those handed in, and those of the CustomResourceDefinitions in it. */
export class ServedKinds implements Discovery {
  readonly #types = new Map<string, ResourceType>();

  constructor(types: readonly ResourceType[]) {
    for (const type of [...builtInTypes(), ...types]) this.#types.set(`${apiVersionOf(type)} ${type.kind}`, type);
  }

  readonly find = (apiVersion: string, kind: string): ResourceType | undefined => this.#types.get(`${apiVersion} ${kind}`);

  /** Read anew each time: definitions come and go. */
  readonly apiVersions = (): readonly string[] => apiVersionsOf(this.#types.values());

  /** Some version of a kind, by the name of its folder. */
  byId(id: string): ResourceType | undefined {
    return [...this.#types.values()].find((type) => kindId(type) === id);
  }

  /** Serves what a CustomResourceDefinition defines. */
  define(definition: KubeObject): void {
    for (const type of typesOf(definition)) this.#types.set(`${apiVersionOf(type)} ${type.kind}`, type);
  }

  undefine(definition: KubeObject): void {
    for (const type of typesOf(definition)) this.#types.delete(`${apiVersionOf(type)} ${type.kind}`);
  }
}

/** The kinds that a CustomResourceDefinition defines, one for each served version; none where it is malformed. */
export function typesOf(definition: KubeObject): readonly ResourceType[] {
  const spec = definition['spec'];
  if (!isJsonMap(spec) || !isJsonMap(spec['names']) || !Array.isArray(spec['versions'])) return [];
  const { group, scope } = spec;
  const { kind, plural } = spec['names'];
  if (typeof group !== 'string' || typeof kind !== 'string' || typeof plural !== 'string') return [];
  if (!/^[a-z0-9.-]+$/.test(group) || !/^[A-Za-z][A-Za-z0-9]*$/.test(kind)) return [];
  return spec['versions'].flatMap((version: unknown): readonly ResourceType[] => {
    if (!isJsonMap(version) || typeof version['name'] !== 'string' || version['served'] !== true) return [];
    const { subresources } = version;
    return [{ group, version: version['name'], kind, plural, namespaced: scope === 'Namespaced', statusSubresource: isJsonMap(subresources) && isJsonMap(subresources['status']) }];
  });
}
