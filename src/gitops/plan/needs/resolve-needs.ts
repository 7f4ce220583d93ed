import { type DeclaredSecret, describeProducer, type RuntimeSecret } from '../declare/declarations.ts';
import type { Neighbourhood } from '../declare/neighbourhood.ts';
import type { Consumer, Need, NeedState, Problem, ResolvedNeed } from '../plan.ts';
import type { AssumedSecrets } from './assumed-secrets.ts';
import { nearest } from './nearest.ts';
import type { FoundNeed } from './needs.ts';

export interface NeedContext {
  /** All that Git declares, of this Application too. */
  readonly neighbourhood: Neighbourhood;
  /** Secrets in the destination's namespace that the Application says are there. */
  readonly assumed: AssumedSecrets;
  readonly destination: string;
}

export interface ResolvedNeeds {
  /** Those that gate; what only warns when nothing provides it is not among them then. */
  readonly needs: readonly ResolvedNeed[];
  readonly problems: readonly Problem[];
}

/** Says of each need what provides it, and what to do where nothing does. Pure. */
export function resolveNeeds(found: readonly FoundNeed[], context: NeedContext): ResolvedNeeds {
  const needs: ResolvedNeed[] = [];
  const problems: Problem[] = [];
  for (const { lenient, ...need } of found) {
    const makes = context.neighbourhood.makers(need.namespace, need.secret)[0]?.declared;
    const resolution = resolve(need, makes, context);
    if (resolution.state !== 'missing') needs.push({ ...need, resolution });
    else if (!lenient) {
      needs.push({ ...need, resolution });
      problems.push(...need.consumers.map((consumer) => missing(need, consumer, resolution.reason)));
    } else problems.push(...need.consumers.map((consumer) => unmade(need, consumer, resolution.reason)));
    const [consumer] = need.consumers;
    if (lenient && makes !== undefined && consumer !== undefined) problems.push(...checkPullSecret(consumer, makes));
  }
  return { needs, problems };
}

function resolve(need: Need, makes: DeclaredSecret | undefined, context: NeedContext): NeedState {
  const { secret, key, namespace } = need;
  const assumed = namespace === context.destination && context.assumed(secret, key);
  const runtime = context.neighbourhood.runtimeMakers(namespace, secret).map(({ declared }) => declared);
  const made = atRuntime(need, makes, runtime);
  if (made !== undefined) return made;
  if (makes === undefined) {
    if (key !== undefined && runtime.length > 0 && !assumed) return { state: 'missing', reason: makesOnly(runtime, key) };
    if (assumed) return { state: 'barrier', reason: 'made by hand, says prelude.dev/assume-secrets' };
    const spread = context.neighbourhood.spread(secret);
    if (spread !== undefined) return { state: 'barrier', reason: `made by ${spread.by.kind} ${spread.by.name}, if its selectors choose namespace ${namespace}` };
    const hint = nearest(secret, context.neighbourhood.secretsIn(namespace));
    const reason = `nothing in Git makes Secret ${namespace}/${secret}`;
    if (!context.neighbourhood.complete) return { state: 'barrier', reason: `${reason} that was read; another Application may` };
    return { state: 'missing', reason: `${reason}${hint === undefined ? '; declare an ExternalSecret for it, or name it in prelude.dev/assume-secrets' : `; is "${hint}" meant?`}` };
  }
  const { by, keys } = makes;
  if (key === undefined) return { state: 'provided', by };
  if (keys === 'dynamic') return { state: 'barrier', by, reason: `which keys ${by.kind} ${by.name} makes shows when it runs` };
  if (keys.includes(key)) return { state: 'provided', by };
  if (assumed) return { state: 'barrier', by, reason: 'made by hand, says prelude.dev/assume-secrets' };
  return { state: 'missing', reason: makesOnly([makes, ...runtime], key) };
}

/** What makers of one Secret make of it, where that is not the key that is needed. */
function makesOnly(makers: readonly Pick<DeclaredSecret, 'by' | 'namespace' | 'keys'>[], key: string): string {
  const keys = makers.flatMap((maker) => (maker.keys === 'dynamic' ? [] : maker.keys));
  const hint = nearest(key, keys);
  const what = keys.length === 0 ? 'no key' : `only ${keys.map((name) => JSON.stringify(name)).join(', ')}`;
  return `${makers.map(describeProducer).join(' and ')} ${makers.length === 1 ? 'makes' : 'make'} ${what}${hint === undefined ? '' : `; is "${hint}" meant?`}`;
}

/** What of the makers of a Secret that make it as they run are awaited for a key, or for the whole; a key that Git has is not theirs. */
export function runtimeMakersFor<T extends Pick<RuntimeSecret, 'keys' | 'mayMake'>>(key: string | undefined, makes: DeclaredSecret | undefined, runtime: readonly T[]): readonly T[] {
  if (key === undefined) return runtime;
  if (makes !== undefined && makes.keys !== 'dynamic' && makes.keys.includes(key)) return [];
  const certain = runtime.filter(({ keys }) => keys !== 'dynamic' && keys.includes(key));
  return certain.length > 0 ? certain : runtime.filter(({ keys, mayMake }) => keys === 'dynamic' || mayMake.includes(key));
}

/** Who makes as it runs what is needed. A whole Secret that Git declares, too, is awaited at the barrier first. */
function atRuntime({ key }: Need, makes: DeclaredSecret | undefined, runtime: readonly RuntimeSecret[]): NeedState | undefined {
  if (key === undefined && makes !== undefined) return undefined;
  const [maker] = runtimeMakersFor(key, makes, runtime);
  if (maker === undefined) return undefined;
  const { by, keys } = maker;
  const isCertain = key === undefined || (keys !== 'dynamic' && keys.includes(key));
  return isCertain ? { state: 'provided', by } : { state: 'barrier', by, reason: `which keys ${by.kind} ${by.name} makes shows when it runs` };
}

function describeNeed({ secret, key }: Need): string {
  return key === undefined ? `Secret ${secret}` : `key ${JSON.stringify(key)} of Secret ${secret}`;
}

function missing(need: Need, { kind, name, origin, path }: Consumer, reason: string): Problem {
  return { severity: 'error', message: `${kind} ${name} needs ${describeNeed(need)}: ${reason}`, origin, path };
}

function unmade(need: Need, { kind, name, origin, path }: Consumer, reason: string): Problem {
  return { severity: 'warning', message: `${kind} ${name} names ${describeNeed(need)}, and is not kept waiting for it: ${reason}`, origin, path };
}

const pullSecretTypes = new Set(['kubernetes.io/dockerconfigjson', 'kubernetes.io/dockercfg']);

/** Where the kinds that make Secrets say the type. */
const typeFields: ReadonlyMap<string, string> = new Map([
  ['ExternalSecret', 'spec.target.template.type'],
  ['SealedSecret', 'spec.template.type'],
]);

/** The kubelet skips a pull secret of another type without a word. */
function checkPullSecret({ kind, name, origin, path }: Consumer, { type, secret, by }: DeclaredSecret): readonly Problem[] {
  const typeField = typeFields.get(by.kind);
  if (!/imagePullSecrets\[\d+\]$/.test(path) || typeField === undefined || pullSecretTypes.has(type ?? '')) return [];
  const message = `${kind} ${name} pulls images with Secret ${secret}, which is not of type kubernetes.io/dockerconfigjson; set ${typeField} of ${by.kind} ${by.name}`;
  return [{ severity: 'warning', message, origin, path }];
}
