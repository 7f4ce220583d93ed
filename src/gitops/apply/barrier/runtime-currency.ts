import { type KubeObject, parseApiVersion } from '../../../api/object.ts';
import type { SecretView } from '../../../secret/currency.ts';
import { assessHealth, hasHealthRule } from '../../health/assess-health.ts';
import { fieldAt, listAt, textAt } from '../../health/live-field.ts';
import type { MadeAtRuntime } from '../../plan/plan.ts';

export interface RuntimeCurrency {
  readonly current: boolean;
  /** What is missing, for people; empty where it is current. */
  readonly message: string;
}

/**
 * Whether a Secret is the present work of what makes it as it runs: the producer has taken up its spec, says that it is done where its kind
 * says such a thing, and the Secret has the keys. Pure.
 * @param secret `namespace/name` of the Secret
 */
export function runtimeCurrency(live: KubeObject | undefined, view: SecretView | undefined, made: Pick<MadeAtRuntime, 'keys' | 'tells'>, secret: string): RuntimeCurrency {
  const behind = producerTrouble(live, made);
  if (behind !== undefined) return { current: false, message: `Secret ${secret} is awaited, and ${behind}` };
  const missing = secretTrouble(view, made, secret);
  if (missing === undefined) return { current: true, message: '' };
  const told = live === undefined ? '' : stateOf(live);
  return { current: false, message: told === '' ? missing : `${missing} (${told})` };
}

function producerTrouble(live: KubeObject | undefined, { tells }: Pick<MadeAtRuntime, 'tells'>): string | undefined {
  if (live === undefined) return 'it is not there';
  const { deletionTimestamp, generation } = live.metadata;
  if (deletionTimestamp !== undefined) return 'it is being deleted';
  if (isBehind(fieldAt(live, 'status', 'observedGeneration'), generation)) return 'its latest spec is not taken up yet';
  if (tells === 'secret') return undefined;
  const wanted = tells === 'ready' ? 'Ready' : 'Complete';
  const condition = listAt(live, 'status', 'conditions').find((one) => textAt(one, 'type') === wanted);
  if (isBehind(fieldAt(condition, 'observedGeneration'), generation)) return 'its latest spec is not taken up yet';
  if (textAt(condition, 'status') === 'True') return undefined;
  const said = textAt(condition, 'message');
  if (said !== undefined && said !== '') return `it says: ${said}`;
  return tells === 'ready' ? 'it has not said yet that it is ready' : 'it has not come to its end';
}

/** Where it names a generation at all; one that names none cannot be told to be behind. */
function isBehind(observed: unknown, generation: number | undefined): boolean {
  return typeof observed === 'number' && generation !== undefined && observed < generation;
}

function secretTrouble(view: SecretView | undefined, { keys }: Pick<MadeAtRuntime, 'keys'>, secret: string): string | undefined {
  if (view === undefined) return `Secret ${secret} is not made yet`;
  if (view.metadata.deletionTimestamp !== undefined) return `Secret ${secret} is being deleted`;
  if (keys === 'dynamic') return view.keys.length === 0 ? `Secret ${secret} has no key yet` : undefined;
  const missing = keys.find((key) => !view.keys.includes(key));
  return missing === undefined ? undefined : `Secret ${secret} has no key ${missing} yet`;
}

/** What a producer says of itself, where its health is known. A status of somebody else's kind is not quoted further than that. */
function stateOf(live: KubeObject): string {
  if (!hasHealthRule(live) || parseApiVersion(live.apiVersion).group === '') return '';
  const { status, message } = assessHealth(live);
  return status === 'Healthy' ? '' : message;
}
