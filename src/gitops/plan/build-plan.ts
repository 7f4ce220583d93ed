import type { Application } from '../../api/application.ts';
import { type KubeObject, parseApiVersion } from '../../api/object.ts';
import { checkApplication } from './check-application.ts';
import { checkSopsKeys } from './declare/check-sops-keys.ts';
import { checkStores } from './declare/check-stores.ts';
import { checkTemplateSources } from './declare/check-template-sources.ts';
import { type Declarations, type DeclaredSecret, describeProducer } from './declare/declarations.ts';
import { findCycles } from './declare/find-cycles.ts';
import { isAtHome, type Neighbourhood, type Owned } from './declare/neighbourhood.ts';
import { assumeSecretsAnnotation, parseAssumedSecrets } from './needs/assumed-secrets.ts';
import { type CustomNeed, knownCustomNeeds } from './needs/custom-needs.ts';
import { readNeeds } from './needs/needs.ts';
import { resolveNeeds } from './needs/resolve-needs.ts';
import { checkValueConfigMaps, valueConfigMaps } from './needs/value-config-maps.ts';
import { valueNeeds, valueSourcesOf, withNeeds } from './needs/value-needs.ts';
import { compareObjects, compareProducers, compareText, phasesOf } from './object-order.ts';
import { type Origin, type Phase, type PhaseName, phaseNames, type Plan, type Problem, type RenderedObject } from './plan.ts';
import type { ProjectRules } from '../project/project-rules.ts';
import { refusedObjects } from '../project/refused-objects.ts';
import { type RuntimeOrder, runtimeOrder } from './runtime/runtime-order.ts';
import { sopsKeysOf } from './sops-keys.ts';

export interface PlanInput {
  readonly application: Application;
  /** Where the Application's manifest stands; absent where it came from the cluster. */
  readonly manifest?: { readonly origin: Origin; readonly lineOf: (path: string) => number };
  readonly revision: string;
  /** What the Application declares (`declare`). */
  readonly declarations: Declarations;
  /** What all Applications declare, this one among them. */
  readonly neighbourhood: Neighbourhood;
  readonly customNeeds?: readonly CustomNeed[];
  /** What the Application's project allows; absent: everything. */
  readonly project?: ProjectRules;
}

/**
 * The plan of one Application. Pure: the same input gives the same plan, object by object. Phases hold the objects in the order of
 * `compareObjects`; barrier and prune hold none (pruning is decided against the inventory).
 */
export function buildPlan(input: PlanInput): Plan {
  const { application, declarations, neighbourhood, revision } = input;
  const destination = application.spec.destination.namespace;
  const found = withNeeds(readNeeds(declarations.objects, input.customNeeds ?? knownCustomNeeds), valueNeeds(application, input.manifest));
  const valueSources = valueSourcesOf(application);
  const isValueSource = valueConfigMaps(application);
  const { needs, problems: needProblems } = resolveNeeds(found, {
    neighbourhood,
    assumed: parseAssumedSecrets(application.metadata.annotations?.[assumeSecretsAnnotation] ?? '') ?? (() => false),
    destination,
  });
  const order = runtimeOrder({ application, declarations, neighbourhood, customNeeds: input.customNeeds ?? knownCustomNeeds, needs });
  const problems = [
    ...checkApplication(application),
    ...declarations.problems,
    ...(input.project === undefined ? [] : refusedObjects(declarations.objects, input.project)),
    ...checkValueConfigMaps(application, declarations.objects),
    ...duplicates(declarations.objects),
    ...rivals(declarations, neighbourhood),
    ...checkStores(declarations.externalSecrets, neighbourhood),
    ...checkTemplateSources(declarations, neighbourhood),
    ...findCycles(declarations.externalSecrets, neighbourhood),
    ...checkSopsKeys(declarations, sopsKeysOf(application.metadata.annotations) ?? '', neighbourhood),
    ...order.problems,
    ...needProblems,
  ];
  return {
    application: declarations.application,
    revision,
    namespace: destination,
    phases: toPhases(declarations.objects, order, (object) => isValueSource(object) || holdsTemplates(object, neighbourhood)),
    needs,
    problems: sortProblems(problems.map((problem) => located(problem, input.manifest))),
    ...(declarations.tools === undefined ? {} : { tools: declarations.tools }),
    ...(valueSources.length === 0 ? {} : { valueSources }),
  };
}

/** @param isLifted whether an object is written with what makes Secrets, whatever its kind */
function toPhases(objects: readonly RenderedObject[], { lifted, awaits: awaited }: RuntimeOrder, isLifted: (object: KubeObject) => boolean): readonly Phase[] {
  const placed = objects.flatMap((one) => {
    const awaits = awaited.get(one);
    const rendered = awaits === undefined ? one : { ...one, awaits };
    const phases: readonly PhaseName[] = isLifted(one.object) || lifted.has(one) ? ['secrets'] : phasesOf(one.object);
    // an object of its own in each phase: what is remembered of it is about that phase
    return phases.map((phase, index) => ({ phase, rendered: index === 0 ? rendered : { ...rendered } }));
  });
  const byPhase = Map.groupBy(placed, ({ phase }) => phase);
  return phaseNames.map((name) => ({ name, objects: (byPhase.get(name) ?? []).map(({ rendered }) => rendered).toSorted(name === 'secrets' ? compareProducers : compareObjects) }));
}

/** ConfigMaps with templates of ExternalSecrets are lifted: the Secrets that are rendered of them are awaited before anything else is written. */
function holdsTemplates({ apiVersion, kind, metadata }: KubeObject, neighbourhood: Neighbourhood): boolean {
  return kind === 'ConfigMap' && parseApiVersion(apiVersion).group === '' && neighbourhood.holdsTemplates(metadata.namespace ?? '', metadata.name);
}

/** A problem without an origin is about the Application's own manifest. */
function located(problem: Problem, manifest: PlanInput['manifest']): Problem {
  if (problem.origin !== undefined || manifest === undefined) return problem;
  return { ...problem, origin: { file: manifest.origin.file, line: manifest.lineOf(problem.path ?? '') } };
}

/** The identity that an API server sees; versions of one kind are the same object. */
export function identityOf({ object }: RenderedObject): string {
  return `${parseApiVersion(object.apiVersion).group}/${object.kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

function duplicates(objects: readonly RenderedObject[]): readonly Problem[] {
  const first = new Map<string, RenderedObject>();
  return objects.flatMap((rendered): readonly Problem[] => {
    const id = identityOf(rendered);
    const known = first.get(id);
    if (known === undefined) {
      first.set(id, rendered);
      return [];
    }
    const { kind, metadata } = rendered.object;
    return [{ severity: 'error', message: `${kind} ${metadata.name} stands twice in this Application; the other is at ${known.origin.file}:${known.origin.line}`, origin: rendered.origin }];
  });
}

/**
 * Two declarations that make the same Secret would undo each other's work for ever. One that reaches into a namespace that is not its
 * Application's own is the intruder: it is refused, and has no say over who is at home there.
 */
function rivals(by: Declarations, neighbourhood: Neighbourhood): readonly Problem[] {
  return by.secrets.flatMap((declared): readonly Problem[] => {
    // the same object, twice or through two Applications, is told as such
    const isOther = ({ declared: { by: other } }: Owned<DeclaredSecret>): boolean => other.kind !== declared.by.kind || other.name !== declared.by.name;
    const hasSay = (made: Owned<DeclaredSecret>): boolean => isAtHome(made) || !isAtHome({ declared, by });
    const rival = neighbourhood.makers(declared.namespace, declared.secret).find((made) => isOther(made) && hasSay(made))?.declared;
    if (rival === undefined) return [];
    const message = `Secret ${declared.namespace}/${declared.secret} is made by ${describeProducer(declared)} and by ${describeProducer(rival)}; keep one`;
    return [{ severity: 'error', message, origin: declared.by.origin }];
  });
}

/** By file, line and text; errors first where they stand on one line. */
export function sortProblems(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted(
    (a, b) =>
      compareText(a.origin?.file ?? '', b.origin?.file ?? '') ||
      (a.origin?.line ?? 0) - (b.origin?.line ?? 0) ||
      compareText(a.severity, b.severity) ||
      compareText(a.message, b.message),
  );
}
