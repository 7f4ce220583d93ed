import type { IgnoredDifference } from '../../../api/ignored-difference.ts';
import type { KubeObject } from '../../../api/object.ts';
import { compileGlob } from '../../../lib/glob.ts';
import { fieldAt, listAt, textAt } from '../../health/live-field.ts';
import { type FieldSteps, ownedFields, valueAt, withValueAt } from './field-steps.ts';
import type { ObjectRef } from './object-ref.ts';
import { trackingAnnotation } from './tracking.ts';

function matches(pattern: string, text: string): boolean {
  return pattern === text || (/[*?[{\\]/.test(pattern) && compileGlob(pattern)?.(text) === true);
}

/** The rules of an Application that are about one object. */
export function rulesFor(rules: readonly IgnoredDifference[], ref: ObjectRef): readonly IgnoredDifference[] {
  return rules.filter(
    ({ group, kind, name, namespace }) => matches(kind, ref.kind) && matches(group, ref.group) && (name ?? ref.name) === ref.name && (namespace ?? ref.namespace) === ref.namespace,
  );
}

/** Which fields of a live object the rules are about; those of managers are read off the object. */
export function ignoredFields(rules: readonly IgnoredDifference[], live: KubeObject): readonly FieldSteps[] {
  const managers = new Set(rules.flatMap((rule) => rule.managers));
  const entries = managers.size === 0 ? [] : listAt(live, 'metadata', 'managedFields').filter((entry) => managers.has(textAt(entry, 'manager') ?? ''));
  return [...rules.flatMap(({ pointers }) => pointers), ...entries.flatMap((entry) => ownedFields(fieldAt(entry, 'fieldsV1')))];
}

/** An object without some of its fields. */
export function withoutFields(object: unknown, fields: readonly FieldSteps[]): unknown {
  return fields.reduce((value, steps) => withValueAt(value, steps, undefined), object);
}

/**
 * A manifest that leaves ignored fields as they are (Argo CD's RespectIgnoreDifferences): what it says of them is what the live object has,
 * and nothing where that has nothing. Fields that Git does not name stay out of it: they are not ours. Whose the object is always counts.
 */
export function withLiveFields(manifest: KubeObject, live: KubeObject, fields: readonly FieldSteps[]): KubeObject {
  const named = fields.filter((steps) => steps[0] !== 'status' && valueAt(manifest, steps) !== undefined);
  const changed = named.reduce<unknown>((value, steps) => withValueAt(value, steps, valueAt(live, steps)), manifest);
  if (typeof changed !== 'object' || changed === null) return manifest;
  const { annotations = {}, name } = manifest.metadata;
  const kept = { ...stringsAt(changed, 'annotations'), ...(annotations[trackingAnnotation] === undefined ? {} : { [trackingAnnotation]: annotations[trackingAnnotation] }) };
  const metadata = { ...fieldsAt(changed, 'metadata'), name, annotations: kept };
  return { ...changed, apiVersion: manifest.apiVersion, kind: manifest.kind, metadata };
}

function fieldsAt(value: unknown, ...path: readonly string[]): object {
  const found = fieldAt(value, ...path);
  return typeof found === 'object' && found !== null ? found : {};
}

function stringsAt(value: unknown, field: string): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(fieldsAt(value, 'metadata', field)).flatMap(([key, text]) => (typeof text === 'string' ? [[key, text]] : [])));
}
