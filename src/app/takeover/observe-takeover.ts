import type { Cluster } from '../../kube/port.ts';
import type { Clock } from '../../lib/clock.ts';
import type { CheckObject } from '../../server/object-check.ts';
import { observeDefinitions, type UpstreamDefinition } from './definitions.ts';
import { observeOperator, type OperatorFacts } from './live-operator.ts';
import type { Survey } from './object-tally.ts';
import { surveyObjects } from './survey-objects.ts';
import { observeWebhooks, type UpstreamWebhook } from './webhook-configurations.ts';

/** All that a takeover depends on, at one moment. None of it is a value. */
export interface TakeoverFacts {
  readonly operator: OperatorFacts;
  readonly webhooks: readonly UpstreamWebhook[];
  readonly definitions: readonly UpstreamDefinition[];
  readonly survey: Survey;
}

export interface ObserveTakeoverOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly check: CheckObject;
  readonly controllerClass: string;
  /** The only namespaces whose objects are looked at; empty: all. */
  readonly namespaces: readonly string[];
}

/**
 * Reads everything, and writes nothing.
 * @throws KubeError
 */
export async function observeTakeover(options: ObserveTakeoverOptions, signal: AbortSignal): Promise<TakeoverFacts> {
  const { cluster, clock } = options;
  const operator = await observeOperator(cluster, clock, signal);
  const webhooks = await observeWebhooks(cluster, signal);
  const definitions = await observeDefinitions(cluster, signal);
  const types = definitions.filter(({ served }) => served.length > 0).map(({ type }) => type);
  return { operator, webhooks, definitions, survey: await surveyObjects({ ...options, types }, signal) };
}
