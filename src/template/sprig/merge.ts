import { FunctionError } from '../template-error.ts';
import { dict, typeOf } from '../value/go-type.ts';
import type { Meter, Value } from '../value/value.ts';
import { GoMap, Slice, Struct } from '../value/value.ts';
import { checkDepth } from '../value/depth.ts';
import { isEmpty } from './empty.ts';

interface Merge {
  /** Whether values that are set already are replaced. */
  readonly overwrite: boolean;
  readonly meter: Meter;
}

/**
 * Merges maps into the first, in place, as dario.cat/mergo does: what is empty is filled, maps are merged level by level, and what is
 * taken over is shared rather than copied.
 * @returns the first map; undefined where two values cannot be merged, which leaves it half merged
 */
export function mergeAll(target: GoMap, sources: readonly GoMap[], overwrite: boolean, meter: Meter): GoMap | undefined {
  let merged = target;
  for (const source of sources) {
    if (merged.isNil && !source.isNil) merged = dict();
    if (!mergeMaps({ overwrite, meter }, merged, source, 0)) return undefined;
  }
  return merged;
}

function mergeMaps(merge: Merge, target: GoMap, source: GoMap, depth: number): boolean {
  checkDepth(depth);
  if (target.isNil) return true;
  merge.meter.step(source.entries.size);
  merge.meter.allocate(source.entries.size * 16);
  for (const key of [...source.entries.keys()]) if (!mergeEntry(merge, target, source, key, depth)) return false;
  return true;
}

function mergeEntry(merge: Merge, target: GoMap, source: GoMap, key: string, depth: number): boolean {
  const value = source.entries.get(key);
  if (value === undefined) {
    if (merge.overwrite) put(target, key, source);
    return true;
  }
  const old = target.entries.get(key);
  if (value instanceof Slice) checkHoldsLists(target, key, value);
  else if ((value instanceof GoMap || value instanceof Struct) && !mergeNested(merge, old, value, depth + 1)) return false;
  // maps have been merged by now; of two lists, either the old one stays or the new one takes its place
  const isDone = !isEmpty(old) && value instanceof GoMap && old instanceof GoMap;
  if (!isDone && (merge.overwrite || isEmpty(old))) put(target, key, source);
  return true;
}

/** What an entry holds already takes up what it can. */
function mergeNested(merge: Merge, old: Value, value: GoMap | Struct, depth: number): boolean {
  if (old instanceof GoMap) return value instanceof GoMap ? mergeMaps(merge, old, value, depth) : true;
  if (!(old instanceof Struct)) return true;
  if (old.type.kind === 'ptr') return value.type.kind === 'ptr' || isNilMap(value) || merge.overwrite || old.type.name === `*${value.type.name}`;
  if (old.fields.size > 0 && value.type.kind !== 'struct') throw new FunctionError(`reflect: call of reflect.Value.Field on ${value.type.kind} Value`);
  return true;
}

function isNilMap(value: GoMap | Struct): boolean {
  return value instanceof GoMap && value.isNil;
}

/** Takes over the source's entry. Which types fit is a matter of the maps' types, not of what they hold. */
function put(target: GoMap, key: string, source: GoMap): void {
  const [wanted, given] = [target.type.elem, source.type.elem];
  if (wanted?.kind !== 'interface' && wanted !== given) refuse(given?.name, wanted?.name);
  target.entries.set(key, source.entries.get(key));
}

function checkHoldsLists(target: GoMap, key: string, value: Slice): void {
  const { elem } = target.type;
  if (elem === undefined || elem.kind === 'interface') return;
  if (target.entries.has(key)) throw new FunctionError(`reflect: call of reflect.Value.IsNil on ${elem.kind} Value`);
  refuse(typeOf(value)?.name, elem.name);
}

function refuse(given = 'nil', wanted = 'nil'): never {
  throw new FunctionError(`reflect.Value.SetMapIndex: value of type ${given} is not assignable to type ${wanted}`);
}
