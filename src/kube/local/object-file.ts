import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { KubeObject } from '../../api/object.ts';
import { formatErrors, parse } from '../../api/schema.ts';
import { parseYaml } from '../../lib/yaml.ts';
import { printYaml } from '../../lib/yaml-print.ts';

/*
 * The form of a file:
 *
 *     # Kept by a local cluster. Edits are taken over.
 *     # digest: <SHA-256 of all that follows this line, in hex>
 *     # managedFields: <JSON, on one line; absent where nobody owns a field>
 *     apiVersion: v1
 *     …
 *
 * The digest tells an edit by hand from what the cluster wrote, also one made while no cluster ran. managedFields stand in a
 * comment because they are long and nobody reads them: what follows is the manifest as kubectl shows it.
 */
const title = '# Kept by a local cluster. Edits are taken over.\n';
const digestLine = /^# digest: ([0-9a-f]{64})\n/m;
const managersLine = /^# managedFields: (.+)\n/m;

const text = z.string();
const texts = z.record(z.string(), z.string());

/** What must hold of any object, however it got into the folder. */
const objectSchema = z.looseObject({
  apiVersion: text,
  kind: text,
  metadata: z.looseObject({
    name: text,
    namespace: text.exactOptional(),
    uid: text.exactOptional(),
    resourceVersion: text.exactOptional(),
    generation: z.int().exactOptional(),
    creationTimestamp: text.exactOptional(),
    deletionTimestamp: text.exactOptional(),
    labels: texts.exactOptional(),
    annotations: texts.exactOptional(),
    finalizers: z.array(text).exactOptional(),
    ownerReferences: z
      .array(z.object({ apiVersion: text, kind: text, name: text, uid: text, controller: z.boolean().exactOptional(), blockOwnerDeletion: z.boolean().exactOptional() }))
      .exactOptional(),
  }),
});

export interface ObjectFile {
  readonly object: KubeObject;
  /** Somebody else than the cluster has written to the file since the cluster did, or has made it. */
  readonly edited: boolean;
}

/** A file that is not an object. The message never quotes the file. */
export class NotAnObject extends Error {}

export function printObjectFile(object: KubeObject): string {
  const { managedFields = [], ...metadata } = object.metadata;
  const managers = managedFields.length === 0 ? '' : `# managedFields: ${JSON.stringify(managedFields)}\n`;
  const body = managers + printYaml({ ...object, metadata });
  return `${title}# digest: ${digest(body)}\n${body}`;
}

/** @throws NotAnObject, or YamlError */
export function parseObjectFile(content: string): ObjectFile {
  const [document, ...more] = parseYaml(content);
  if (document === undefined) throw new NotAnObject('holds no object');
  if (more.length > 0) throw new NotAnObject('holds more than one object');
  const parsed = parse(objectSchema, document.value);
  if (!parsed.ok) throw new NotAnObject(formatErrors(parsed.errors));
  const { metadata } = parsed.value;
  const managedFields = readManagedFields(content);
  const object = managedFields === undefined ? parsed.value : { ...parsed.value, metadata: { ...metadata, managedFields } };
  return { object, edited: !isOurs(content) };
}

function isOurs(content: string): boolean {
  const match = digestLine.exec(content);
  return match !== null && content.startsWith(title) && digest(content.slice(match.index + match[0].length)) === match[1];
}

/** A line that somebody has broken is as good as none: the fields have no owner then. */
function readManagedFields(content: string): readonly unknown[] | undefined {
  const line = managersLine.exec(content)?.[1];
  if (line === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function digest(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}
