import type { Condition } from '../../../api/condition.ts';
import type { ExternalSecret } from '../../../api/external-secret.ts';
import { externalSecretReasons, genericTargetReasons } from '../../../api/names.ts';
import type { Outcome } from '../../../runtime/outcome.ts';

type Words = Pick<Condition, 'reason' | 'message'>;

const kinds = ['synced', 'failed', 'deleted', 'missing'] as const;
const resourceReasons = new Map<string, string>(kinds.map((kind) => [externalSecretReasons[kind], genericTargetReasons[kind]]));
const secretReasons = new Map<string, string>(kinds.map((kind) => [genericTargetReasons[kind], externalSecretReasons[kind]]));

/** An outcome in the words of External Secrets for targets that are no Secrets. One that is not allowed has the reason of all failures. */
export function inResourceWords<T extends Outcome>(externalSecret: Pick<ExternalSecret, 'spec'>, outcome: T): T {
  if (externalSecret.spec.manifest === undefined || outcome.message.startsWith('invalid generic target')) return outcome;
  return { ...outcome, reason: resourceReasons.get(outcome.reason) ?? outcome.reason, message: outcome.message.replace(/^secret (?=synced|retained|deleted|will)/, 'resource ') };
}

/** A condition in the words that are used of Secrets, whatever the target is. */
export function inSecretWords({ reason, message }: Words): Words {
  return { reason: secretReasons.get(reason) ?? reason, message: message.replace(/^resource (?=synced|retained|deleted|will)/, 'secret ') };
}
