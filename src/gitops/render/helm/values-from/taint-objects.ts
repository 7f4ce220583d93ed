import { isDeepStrictEqual } from 'node:util';
import { type KubeObject, parseApiVersion } from '../../../../api/object.ts';
import { formatPath } from '../../../../api/schema.ts';
import type { Problem, RenderedObject, TaintedPath } from '../../../plan/plan.ts';
import { knownCustomNeeds } from '../../../plan/needs/custom-needs.ts';
import { readNeeds } from '../../../plan/needs/needs.ts';
import { occurringTexts } from './occurring-texts.ts';
import { differences, joined, places, stringsIn } from './taint.ts';

/** A render with other values in the place of secrets; absent where the chart could not be rendered with them. */
export type OtherRender = readonly RenderedObject[] | undefined;

/**
 * Marks in objects what depends on values of Secrets: what differs between renders with different values, and where a value stands as it is.
 * Which objects there are, what they are called and which Secrets they need must not depend on one: names are shown everywhere.
 * @param secrets texts that must be hidden wherever they stand. Names may hold the same words by chance: only other renders tell that they depend on one.
 */
export function taintObjects(objects: readonly RenderedObject[], others: readonly OtherRender[], secrets: readonly string[]): { readonly objects: readonly RenderedObject[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const known = others.map((other) => (other === undefined ? undefined : new Map(other.map(({ object }) => [identity(object), object]))));
  // there may be many secrets, and of most of them nothing is rendered: each object is walked once, whatever their number
  const strings = objects.map(({ object }) => everything(object).flatMap((path) => stringsIn(valueAt(object, path), path)));
  const shown = occurringTexts(secrets, strings.flatMap((own) => own.map(({ text }) => text)));
  const tainted = objects.flatMap((rendered, index): readonly RenderedObject[] => {
    const { object, origin } = rendered;
    const counterparts = known.map((other) => (other === undefined ? undefined : (other.get(identity(object)) ?? 'gone')));
    if (counterparts.includes('gone')) {
      problems.push({ severity: 'error', message: `whether this template renders this ${object.kind}, or what it is called, depends on a value from a Secret`, origin });
      return [];
    }
    const found = counterparts.flatMap((other) => (other === undefined || other === 'gone' ? everything(object) : differences(object, other)));
    if (found.some(isName)) {
      problems.push({ severity: 'error', message: `the name of this ${object.kind} holds a value from a Secret`, origin });
      return [];
    }
    const changed = counterparts.flatMap((other) => (other === undefined || other === 'gone' || other === object ? [] : [other]));
    const needs = changed.length === 0 ? '' : needsOf(rendered);
    if (changed.some((other) => needsOf({ ...rendered, object: other }) !== needs)) {
      problems.push({ severity: 'error', message: `which Secret this ${object.kind} needs depends on a value from a Secret`, origin });
      return [];
    }
    const taint = joined([...found, ...places(strings[index] ?? [], shown)]);
    problems.push(...strays(rendered, taint, counterparts.filter((other) => other !== 'gone')));
    return [taint.length === 0 ? rendered : { ...rendered, taint: [...rendered.taint, ...taint], holdsValues: true }];
  });
  return { objects: tainted, problems };
}

/**
 * Marks what comes out differently with other placeholders, and so must not be written with these. It may come and go with the real values, and
 * needs no masking.
 * @param other absent where everything counts as different
 */
export function holdBack(objects: readonly RenderedObject[], other: OtherRender): readonly RenderedObject[] {
  const known = new Map(other?.map(({ object }) => [identity(object), object]));
  return objects.map((rendered) => (isDeepStrictEqual(known.get(identity(rendered.object)), rendered.object) ? rendered : { ...rendered, holdsValues: true }));
}

function identity({ apiVersion, kind, metadata }: KubeObject): string {
  return `${apiVersion}/${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
}

/** The names that are told while it is waited for them. */
function needsOf(rendered: RenderedObject): string {
  return readNeeds([rendered], knownCustomNeeds).map(({ secret, key = '' }) => `${secret}/${key}`).join(' ');
}

/** All that is no name. */
function everything(object: KubeObject): readonly TaintedPath[] {
  const inMetadata = Object.keys(object.metadata).filter((field) => field !== 'name' && field !== 'namespace');
  return [...Object.keys(object).filter((field) => !['apiVersion', 'kind', 'metadata'].includes(field)).map((field) => [field]), ...inMetadata.map((field) => ['metadata', field])];
}

function isName([first, second]: TaintedPath): boolean {
  return first === undefined || first === 'apiVersion' || first === 'kind' || (first === 'metadata' && (second === undefined || second === 'name' || second === 'namespace'));
}

/** Values that landed where everybody with read access sees them. Digests are what rolls a workload when its Secret changes, and are no values. */
function strays({ object, origin }: RenderedObject, taint: readonly TaintedPath[], others: readonly (KubeObject | undefined)[]): readonly Problem[] {
  const isSecret = object.kind === 'Secret' && parseApiVersion(object.apiVersion).group === '';
  return taint.flatMap((path): readonly Problem[] => {
    if (isSecret && (path[0] === 'data' || path[0] === 'stringData')) return [];
    if ([object, ...others].every((one) => one !== undefined && isDigest(valueAt(one, path)))) return [];
    return [{ severity: 'warning', message: `a value from a Secret lands in ${object.kind} ${object.metadata.name}, which is not a Secret`, path: formatPath(path), origin }];
  });
}

function isDigest(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{40,128}$/.test(value);
}

function valueAt(value: unknown, path: TaintedPath): unknown {
  return path.reduce<unknown>((at, step) => (typeof at === 'object' && at !== null ? new Map(Object.entries(at)).get(String(step)) : undefined), value);
}
