import type { Behaviour } from './upstream/behaviour.ts';
import { clusterBehaviours } from './upstream/cluster-behaviours.ts';
import { controllerBehaviours } from './upstream/controller-behaviours.ts';
import { decisionBehaviours } from './upstream/decision-behaviours.ts';
import { lifecycleBehaviours } from './upstream/lifecycle-behaviours.ts';
import { providerBehaviours } from './upstream/provider-behaviours.ts';
import { pureBehaviours } from './upstream/pure-behaviours.ts';
import { pushBehaviours } from './upstream/push-behaviours.ts';
import { storeBehaviours } from './upstream/store-behaviours.ts';
import { templateBehaviours } from './upstream/template-behaviours.ts';
import { validationBehaviours } from './upstream/validation-behaviours.ts';

/**
 * Every behaviour that External Secrets' own tests show, in our words, each with the test of ours that shows it, or that shows what is
 * done instead and why. What differs without a row here is a bug.
 */
export const upstreamBehaviours: Readonly<Record<string, readonly Behaviour[]>> = {
  'every provider': providerBehaviours,
  ExternalSecrets: [...controllerBehaviours, ...decisionBehaviours],
  stores: storeBehaviours,
  PushSecrets: pushBehaviours,
  'objects that make others': clusterBehaviours,
  'the life of a Secret': lifecycleBehaviours,
  templates: templateBehaviours,
  validation: validationBehaviours,
  'pure functions': pureBehaviours,
};
