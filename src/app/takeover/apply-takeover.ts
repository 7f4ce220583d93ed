import { isKubeError } from '../../kube/kube-error.ts';
import { apiVersionOf, customResourceDefinitionType, deploymentType, validatingWebhookConfigurationType } from '../../kube/resource-types.ts';
import { sleep } from '../../lib/sleep.ts';
import { type DecideTakeoverOptions, decideTakeover, rivals, type TakeoverReport } from './decide-takeover.ts';
import type { UpstreamDefinition } from './definitions.ts';
import { resourcePolicyAnnotation } from './helm-release.ts';
import { liveOperators, observeOperator } from './live-operator.ts';
import { observeTakeover, type ObserveTakeoverOptions, type TakeoverFacts } from './observe-takeover.ts';
import { releaseNamespaces } from './release-namespaces.ts';
import type { TakeoverAction } from './takeover-step.ts';
import type { UpstreamDeployment } from './upstream-deployment.ts';

export interface ApplyTakeoverOptions extends ObserveTakeoverOptions, DecideTakeoverOptions {
  /** Stop upstream's controllers; otherwise nothing is done beside one that runs. */
  readonly scaleDown: boolean;
  /** Told of each thing before and after it is done. */
  readonly progress: (line: string) => void;
}

export interface AppliedTakeover {
  readonly facts: TakeoverFacts;
  readonly report: TakeoverReport;
}

const fieldManager = 'prelude-takeover';
/** Milliseconds for pods to end and a Lease to be given back or to run out. */
const stopWithin = 120_000;
const lookEvery = 1_000;
/** How often a Deployment that somebody else writes at the same moment is tried. */
const mostTries = 5;

/**
 * Does those steps that can be done by a machine without loss, and looks again. Doing it twice does nothing more.
 * @returns what is left to do
 * @throws KubeError
 */
export async function applyTakeover(options: ApplyTakeoverOptions, signal: AbortSignal): Promise<AppliedTakeover> {
  const { progress, scaleDown, controllerClass } = options;
  for (const kind of ['keep definitions', 'scale down', 'remove webhooks', 'release namespaces'] as const) {
    // each looks at what the one before has left
    const facts = await observeTakeover(options, signal);
    const report = decideTakeover(facts, options);
    const [rival] = rivals(facts, controllerClass);
    if (kind !== 'keep definitions' && rival !== undefined && !scaleDown) {
      progress(`stopped here: ${rival.label} runs; say --scale-down to have it stopped`);
      return { facts, report };
    }
    // one that has not stopped in time would put them there again
    if (kind === 'release namespaces' && liveOperators(facts.operator).length > 0) continue;
    for (const { action } of report.steps) if (action?.kind === kind) await act(action, options, signal);
  }
  const facts = await observeTakeover(options, signal);
  return { facts, report: decideTakeover(facts, options) };
}

async function act(action: TakeoverAction, options: ApplyTakeoverOptions, signal: AbortSignal): Promise<void> {
  switch (action.kind) {
    case 'keep definitions':
      for (const definition of action.definitions) await keepDefinition(definition, options, signal);
      return;
    case 'scale down':
      for (const deployment of action.deployments) await scaleToZero(deployment, options, signal);
      await untilStopped(options, signal);
      return;
    case 'remove webhooks':
      for (const { name, uid, resourceVersion } of action.webhooks) {
        await options.cluster.delete(validatingWebhookConfigurationType, { name }, { uid, resourceVersion }, signal);
        options.progress(`removed ValidatingWebhookConfiguration ${name}`);
      }
      return;
    case 'release namespaces':
      await releaseNamespaces({ ...options, fieldManager }, signal);
  }
}

/** One annotation under a manager of our own: with its uid, so that a definition that is gone is not made anew. */
async function keepDefinition({ name, uid }: UpstreamDefinition, { cluster, progress }: ApplyTakeoverOptions, signal: AbortSignal): Promise<void> {
  const metadata = { name, uid, annotations: { [resourcePolicyAnnotation]: 'keep' } };
  await cluster.apply(customResourceDefinitionType, { apiVersion: apiVersionOf(customResourceDefinitionType), kind: 'CustomResourceDefinition', metadata }, { fieldManager, force: true }, signal);
  progress(`annotated CustomResourceDefinition ${name}: ${resourcePolicyAnnotation}=keep`);
}

async function scaleToZero({ namespace, name }: UpstreamDeployment, { cluster, progress }: ApplyTakeoverOptions, signal: AbortSignal): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const object = await cluster.get(deploymentType, { namespace, name }, signal);
    if (object === undefined) return;
    const spec: object = typeof object['spec'] === 'object' && object['spec'] !== null ? object['spec'] : {};
    try {
      await cluster.update(deploymentType, { ...object, spec: { ...spec, replicas: 0 } }, { fieldManager }, signal);
      progress(`scaled Deployment ${namespace}/${name} to 0`);
      return;
    } catch (error) {
      if (!isKubeError(error, 'conflict') || attempt === mostTries) throw error;
    }
  }
}

async function untilStopped({ cluster, clock, controllerClass, progress }: ApplyTakeoverOptions, signal: AbortSignal): Promise<void> {
  const deadline = clock.monotonic() + stopWithin;
  progress('waiting for its pods to end and its Lease to be given back');
  for (;;) {
    const operator = await observeOperator(cluster, clock, signal);
    const left = rivals({ operator }, controllerClass);
    if (left.length === 0) return;
    if (clock.monotonic() > deadline) {
      progress(`still there after ${stopWithin / 1000} s: ${left.map(({ label }) => label).join(', ')}`);
      return;
    }
    await sleep(clock, lookEvery, signal);
  }
}
