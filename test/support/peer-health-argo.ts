import { at } from './raw-api.ts';

/** Argo CD's words for the health of one object. */
export type ArgoHealth = 'Healthy' | 'Progressing' | 'Degraded' | 'Suspended' | 'Missing' | 'Unknown';

type Body = Readonly<Record<string, unknown>>;

/**
 * What Argo CD makes of an object of ours, by the rules that it ships for the kind (resource_customizations/), restated. None of them asks
 * which generation a condition speaks of, so a status must not be written that says more than is so. Undefined: it has no rule.
 */
export function argoHealth(object: Body): ArgoHealth | undefined {
  if (at(object, 'metadata', 'deletionTimestamp') !== undefined) return 'Progressing';
  return rules.get(`${groupOf(object)}/${String(object['kind'])}`)?.(object);
}

const rules: ReadonlyMap<string, (object: Body) => ArgoHealth> = new Map<string, (object: Body) => ArgoHealth>([
  ...['ExternalSecret', 'SecretStore', 'ClusterSecretStore', 'PushSecret'].map((kind) => [`external-secrets.io/${kind}`, (object: Body) => byCondition(object, 'Ready')] as const),
  ['external-secrets.io/ClusterExternalSecret', spreadHealth],
  ['bitnami.com/SealedSecret', (object) => byCondition(object, 'Synced')],
  ['cert-manager.io/Certificate', certificateHealth],
  ['argoproj.io/Application', applicationHealth],
]);

/** One condition decides, the first of its type. */
function byCondition(object: Body, type: string): ArgoHealth {
  const status = at(conditionsOf(object).find((condition) => at(condition, 'type') === type), 'status');
  if (status === 'True') return 'Healthy';
  return status === 'False' ? 'Degraded' : 'Progressing';
}

/** The last condition that is there decides, whatever came before it. */
function spreadHealth(object: Body): ArgoHealth {
  const last = conditionsOf(object).at(-1);
  if (at(last, 'status') !== 'True') return 'Progressing';
  if (at(last, 'type') === 'Ready') return 'Healthy';
  return at(last, 'type') === 'PartiallyReady' || at(last, 'type') === 'NotReady' ? 'Degraded' : 'Progressing';
}

/** While one is being issued, nothing else counts. */
function certificateHealth(object: Body): ArgoHealth {
  const isIssuing = conditionsOf(object).some((condition) => at(condition, 'type') === 'Issuing' && at(condition, 'status') === 'True');
  return isIssuing ? 'Progressing' : byCondition(object, 'Ready');
}

/** The rule that app-of-apps users put back (docs/operator-manual/health.md): what the Application says of itself. */
function applicationHealth(object: Body): ArgoHealth {
  const status = at(object, 'status', 'health', 'status');
  return status === 'Healthy' || status === 'Degraded' || status === 'Suspended' || status === 'Missing' || status === 'Unknown' ? status : 'Progressing';
}

export function conditionsOf(object: Body): readonly unknown[] {
  const conditions = at(object, 'status', 'conditions');
  return Array.isArray(conditions) ? conditions : [];
}

function groupOf({ apiVersion }: Body): string {
  return typeof apiVersion === 'string' && apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}
