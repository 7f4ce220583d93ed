import { z } from 'zod';
import { compileGlob } from '../lib/glob.ts';
import { unsupported } from './schema.ts';

/** Fields of some objects whose differences do not count: an entry of `spec.ignoreDifferences`. */
export interface IgnoredDifference {
  /** Globs, as `compileGlob` reads them. An empty group is the core one. */
  readonly group: string;
  readonly kind: string;
  /** Absent: of any name. */
  readonly name?: string;
  /** Absent: in any namespace. */
  readonly namespace?: string;
  /** JSON pointers (RFC 6901), split and unescaped. */
  readonly pointers: readonly (readonly string[])[];
  /** Field managers whose fields are theirs to set. */
  readonly managers: readonly string[];
}

const glob = z.string().max(253).refine((text) => compileGlob(text) !== undefined, 'is not a pattern: a bracket or brace is not closed');

/** Fields that say what an object is: without them there is nothing to compare. */
const identity: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata/name', 'metadata/namespace']);

const pointer = z.string().max(1024).transform((text, context): readonly string[] => {
  const steps = text.split('/').slice(1).map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  const refuse = (message: string): never => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  if (!text.startsWith('/') || /~(?![01])/.test(text)) return refuse('must be a JSON pointer like /spec/replicas, with ~1 for / and ~0 for ~ in a name');
  return text === '/metadata' || identity.has(steps.join('/')) ? refuse('must not name what tells one object from another') : steps;
});

/** An entry of `spec.ignoreDifferences`, with Argo CD's fields. */
export const ignoredDifference = z
  .strictObject({
    group: glob.exactOptional().describe('API group, empty for the core one; `*` stands for any characters.'),
    kind: glob.describe('Kind; `*` for any.'),
    name: z.string().min(1).exactOptional().describe('Name; any where absent.'),
    namespace: z.string().min(1).exactOptional().describe('Namespace; any where absent.'),
    jsonPointers: z.array(pointer).max(100).exactOptional().describe('Fields, as JSON pointers.'),
    managedFieldsManagers: z.array(z.string().min(1)).max(100).exactOptional().describe('Field managers whose fields do not count.'),
    jqPathExpressions: unsupported('is not supported by this version of Prelude; say it with jsonPointers or managedFieldsManagers'),
  })
  .refine(({ jsonPointers = [], managedFieldsManagers = [] }) => jsonPointers.length + managedFieldsManagers.length > 0, 'must name fields, by jsonPointers or managedFieldsManagers')
  .transform(
    ({ group, kind, name, namespace, jsonPointers = [], managedFieldsManagers = [] }): IgnoredDifference => ({
      group: group ?? '',
      kind,
      ...(name === undefined ? {} : { name }),
      ...(namespace === undefined ? {} : { namespace }),
      pointers: jsonPointers,
      managers: managedFieldsManagers,
    }),
  );
