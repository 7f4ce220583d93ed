import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../api/object.ts';
import { KubeError } from '../kube-error.ts';
import { isSameWriter, type Management, ownableFields, readManagers, type Writer } from './field-managers.ts';
import { overlapWith, readField, withField, withoutField } from './field-paths.ts';

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
  const others = managers.filter((entry) => !isSameWriter(entry, writer)).map((entry) => ({ entry, overlaps: overlapWith(entry.fields) }));
  const own = managers.find((entry) => isSameWriter(entry, writer));
  const wanted = ownableFields(desired);
  const changed = [...wanted].filter((path) => !isDeepStrictEqual(readField(live, path), readField(desired, path)));

  const conflicts = changed.flatMap((path) => others.filter(({ overlaps }) => overlaps(path)).map(({ entry }) => `${path} (${entry.manager})`));
  if (conflicts.length > 0 && !force) {
    throw new KubeError('conflict', `apply conflicts with other field managers on ${conflicts.slice(0, 5).join(', ')}${conflicts.length > 5 ? ', …' : ''}`);
  }

  const isWanted = overlapWith(wanted);
  const isOthers = (path: string): boolean => others.some(({ overlaps }) => overlaps(path));
  const dropped = [...(own?.fields ?? [])].filter((path) => !isWanted(path) && !isOthers(path));
  let object: unknown = live;
  for (const path of dropped) object = withoutField(object, path, (parent) => isWanted(parent) || isOthers(parent));
  for (const path of changed) object = withField(object, path, readField(desired, path));

  const taken = overlapWith(new Set(changed));
  const left = others.map(({ entry }) => ({ ...entry, fields: new Set([...entry.fields].filter((path) => !taken(path))) }));
  // fields were removed from and set in an object, so it is one still
  return { object: object as KubeObject, managers: [...left, { ...writer, fields: wanted }] };
}
