import type { KubeObject } from '../../api/object.ts';
import { degraded, healthy, progressing } from './health.ts';
import type { Health } from './health.ts';
import { conditionOf, conditionsOf, fieldAt, numberAt, textAt } from './live-field.ts';
import type { LiveCondition } from './live-field.ts';

/** A status, or the one condition that counts, speaks of an older generation: what it says is over. */
function outdated(object: KubeObject, condition?: LiveCondition): Health | undefined {
  const generation = object.metadata.generation ?? 0;
  const observed = condition?.observedGeneration ?? numberAt(object, 'status', 'observedGeneration');
  return observed !== undefined && observed < generation ? progressing(`waiting for the status of generation ${generation}`) : undefined;
}

function waitingForStatus(object: KubeObject): Health {
  return progressing(`waiting for the first status of this ${object.kind}`);
}

/** What a condition Ready says; False is trouble. */
export function strictReadyHealth(object: KubeObject): Health {
  const ready = conditionOf(object, 'Ready');
  if (ready === undefined) return waitingForStatus(object);
  const old = outdated(object, ready);
  if (old !== undefined) return old;
  if (ready.status === 'True') return { status: 'Healthy', message: ready.message };
  return ready.status === 'False' ? degraded(ready.message) : progressing(ready.message);
}

/** cert-manager's Certificate: while one is being issued, an older failure does not count. */
export function certificateHealth(object: KubeObject): Health {
  const issuing = conditionOf(object, 'Issuing');
  return issuing?.status === 'True' ? progressing(issuing.message) : strictReadyHealth(object);
}

/** cert-manager's CertificateRequest: one that is under way says Ready=False, too. */
export function certificateRequestHealth(object: KubeObject): Health {
  const ready = conditionOf(object, 'Ready');
  return ready?.reason === 'Pending' ? progressing(ready.message) : strictReadyHealth(object);
}

/** cert-manager's Order and Challenge, which have a state instead of conditions. */
export function acmeHealth(object: KubeObject): Health {
  const state = textAt(object, 'status', 'state') ?? '';
  const reason = textAt(object, 'status', 'reason') ?? '';
  if (state === 'valid') return healthy;
  return ['invalid', 'expired', 'errored'].includes(state) ? degraded(reason === '' ? `it is ${state}` : reason) : progressing(reason === '' ? 'waiting to be valid' : reason);
}

/** Crossplane's kinds that only hold settings. */
const settings: ReadonlySet<string> = new Set(['Composition', 'CompositionRevision', 'DeploymentRuntimeConfig', 'ClusterProviderConfig', 'ProviderConfig', 'ProviderConfigUsage', 'ControllerConfig']);
const crossplaneReady: ReadonlySet<string> = new Set(['Ready', 'Healthy', 'Offered', 'Established', 'ValidPipeline', 'RevisionHealthy']);

/** Crossplane's and Upbound's resources, claims and packages (Argo CD's own rule, which says nothing of generations). */
export function crossplaneHealth(object: KubeObject): Health {
  const conditions = conditionsOf(object);
  if (conditions.length === 0) return settings.has(object.kind) ? healthy : waitingForStatus(object);
  const trouble = conditions.find(({ type, status }) => status === 'False' && (type === 'LastAsyncOperation' || type === 'Synced'));
  if (trouble !== undefined) return outdated(object, trouble) ?? degraded(trouble.message);
  const ready = conditions.find(({ type, status }) => status === 'True' && crossplaneReady.has(type));
  const [first] = conditions.filter(({ type }) => crossplaneReady.has(type));
  return outdated(object, ready) ?? (ready === undefined ? progressing(first?.message ?? 'being provisioned') : healthy);
}

/** AWS Controllers for Kubernetes: Ready, and before it was there ACK.ResourceSynced; only ACK.Terminal is beyond hope. */
export function ackHealth(object: KubeObject): Health {
  const terminal = conditionOf(object, 'ACK.Terminal');
  if (terminal?.status === 'True') return degraded(terminal.message);
  const ready = conditionOf(object, 'Ready') ?? conditionOf(object, 'ACK.ResourceSynced');
  if (ready === undefined) return waitingForStatus(object);
  return outdated(object, ready) ?? (ready.status === 'True' ? healthy : progressing(ready.message));
}

/** Flux's kinds: Stalled is trouble at once, Ready=False while nothing is under way. */
export function fluxHealth(object: KubeObject): Health {
  if (fieldAt(object, 'spec', 'suspend') === true) return { status: 'Suspended', message: `${object.kind} is suspended` };
  const old = outdated(object);
  if (old !== undefined) return old;
  const stalled = conditionOf(object, 'Stalled');
  if (stalled?.status === 'True') return degraded(stalled.message);
  const reconciling = conditionOf(object, 'Reconciling');
  return reconciling?.status === 'True' ? progressing(reconciling.message) : strictReadyHealth(object);
}

const rolloutWords: ReadonlyMap<string, Health['status']> = new Map([['Healthy', 'Healthy'], ['Degraded', 'Degraded'], ['Progressing', 'Progressing'], ['Paused', 'Suspended']]);

/** Argo Rollouts writes its own verdict; its observedGeneration is a text. */
export function rolloutHealth(object: KubeObject): Health {
  const observed = Number(textAt(object, 'status', 'observedGeneration') ?? numberAt(object, 'status', 'observedGeneration') ?? Number.NaN);
  const word = rolloutWords.get(textAt(object, 'status', 'phase') ?? '');
  if (word === undefined || observed < (object.metadata.generation ?? 0)) return progressing('waiting for the rollout to be looked at');
  return { status: word, message: textAt(object, 'status', 'message') ?? '' };
}

/** Argo Workflows, which are often hooks. */
export function workflowHealth(object: KubeObject): Health {
  const message = textAt(object, 'status', 'message') ?? '';
  switch (textAt(object, 'status', 'phase')) {
    case 'Succeeded':
      return { status: 'Healthy', message };
    case 'Failed':
    case 'Error':
      return degraded(message === '' ? 'Workflow has failed' : message);
    default:
      return progressing(message === '' ? 'Workflow is running' : message);
  }
}

/** Argo CD's rule for an ApplicationSet. */
export function applicationSetHealth(object: KubeObject): Health {
  const error = conditionOf(object, 'ErrorOccurred');
  if (error?.status === 'True') return degraded(error.message);
  const current = conditionOf(object, 'ResourcesUpToDate');
  if (current === undefined) return waitingForStatus(object);
  if (current.status === 'True') return { status: 'Healthy', message: current.message };
  return current.status === 'False' ? degraded(current.message) : progressing(current.message);
}

/**
 * Any other custom kind, by kstatus' rules (cli-utils pkg/kstatus): what it says of itself counts, and one that says nothing is as it
 * should be, because nobody can know whether it will ever say anything.
 */
export function selfToldHealth(object: KubeObject): Health {
  const old = outdated(object);
  if (old !== undefined) return old;
  const [reconciling, stalled, ready] = [conditionOf(object, 'Reconciling'), conditionOf(object, 'Stalled'), conditionOf(object, 'Ready')];
  if (reconciling?.status === 'True') return progressing(reconciling.message);
  if (stalled?.status === 'True') return degraded(stalled.message);
  if (ready === undefined) return healthy;
  return outdated(object, ready) ?? (ready.status === 'True' ? { status: 'Healthy', message: ready.message } : progressing(ready.message));
}
