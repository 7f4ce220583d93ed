import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../api/object.ts';
import { KubeError } from '../kube-error.ts';
import { isSameWriter, type Management, ownableFields, readManagers, type Writer } from './field-managers.ts';
import { type FieldSet, overlapWith, readField, withField, withoutField } from './field-paths.ts';
import { isJsonMap } from './json-map.ts';

export interface Applied {
  readonly object: KubeObject;
  readonly managers: readonly Management[];
}

/**
 * Server-side apply of a whole object by one manager: what it says is set, what it said last time and no longer says goes,
 * and the rest stays. Fields that somebody else has set otherwise are a conflict, or are taken over with `force`.
 * @throws KubeError `conflict`, naming the first fields and their managers
 */
export function applyObject(live: KubeObject, desired: KubeObject, writer: Writer, force: boolean): Applied {
  const managers = readManagers(live.metadata.managedFields);
  // who owns a map that was empty does not own what others put into it
  const valuesOf = (fields: FieldSet): FieldSet => new Set([...fields].filter((path) => !isJsonMap(readField(live, path))));
  const others = managers.filter((entry) => !isSameWriter(entry, writer)).map((entry) => ({ entry, overlaps: overlapWith(entry.fields), contests: overlapWith(valuesOf(entry.fields)) }));
  const own = managers.find((entry) => isSameWriter(entry, writer));
  const wanted = ownableFields(desired);
  const changed = [...wanted].filter((path) => differs(readField(live, path), readField(desired, path)));

  const conflicts = changed.flatMap((path) => others.filter(({ contests }) => contests(path)).map(({ entry }) => `${path} (${entry.manager})`));
  if (conflicts.length > 0 && !force) {
    throw new KubeError('conflict', `apply conflicts with other field managers on ${conflicts.slice(0, 5).join(', ')}${conflicts.length > 5 ? ', …' : ''}`);
  }

  const isWanted = overlapWith(new Set([...wanted].filter((path) => !isJsonMap(readField(desired, path)))));
  const isOthers = (path: string): boolean => others.some(({ contests }) => contests(path));
  const isKept = (path: string): boolean => wanted.has(path) || isWanted(path) || others.some(({ overlaps }) => overlaps(path));
  const dropped = [...(own?.fields ?? [])].filter((path) => !wanted.has(path) && !isWanted(path) && !isOthers(path) && !isFilled(readField(live, path)));
  let object: unknown = live;
  for (const path of dropped) object = withoutField(object, path, isKept);
  for (const path of changed) object = withField(object, path, readField(desired, path));

  const taken = overlapWith(new Set(changed));
  const left = others.map(({ entry }) => ({ ...entry, fields: new Set([...entry.fields].filter((path) => !taken(path))) }));
  // fields were removed from and set in an object, so it is one still
  return { object: object as KubeObject, managers: [...left, { ...writer, fields: wanted }] };
}

/** An empty map asks for a map, whatever is in it. */
function differs(live: unknown, desired: unknown): boolean {
  return isJsonMap(desired) && isJsonMap(live) ? false : !isDeepStrictEqual(live, desired);
}

function isFilled(value: unknown): boolean {
  return isJsonMap(value) && Object.keys(value).length > 0;
}
