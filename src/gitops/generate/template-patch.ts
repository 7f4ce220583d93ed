import { isPlainFields, type PlainFields, type PlainValue, toPlainValue } from '../../api/application-set-spec.ts';
import { parseYaml } from '../../lib/yaml.ts';
import { YamlError } from '../../lib/yaml-error.ts';
import { GenerationError } from './generation-error.ts';

const path = 'spec.templatePatch';

/**
 * Merges a rendered `templatePatch` into an Application: maps field by field, `null` removes, lists are replaced, but for finalizers, which are added.
 * That is Argo CD's strategic merge; its directives (`$patch` and the like) are refused. The project stays, as there.
 * @throws GenerationError `template`
 */
export function applyTemplatePatch(application: PlainFields, rendered: string): PlainFields {
  const patch = parsePatch(rendered);
  if (patch === undefined) return application;
  const directive = directiveIn(patch);
  if (directive !== undefined) throw new GenerationError('template', path, `the directive ${directive} is not supported by this version of Prelude`);
  const merged = mergeFields(application, patch);
  const finalizers = unite(listAt(application, 'metadata', 'finalizers'), listAt(patch, 'metadata', 'finalizers'));
  const metadata = fieldsAt(merged, 'metadata');
  const { project: _theirs, ...spec } = fieldsAt(merged, 'spec');
  const project = fieldsAt(application, 'spec')['project'];
  return { ...merged, metadata: { ...metadata, ...(finalizers.length === 0 ? {} : { finalizers }) }, spec: { ...spec, ...(project === undefined ? {} : { project }) } };
}

function parsePatch(text: string): PlainFields | undefined {
  try {
    const [document, second] = parseYaml(text, { bytes: 1 << 20, documents: 2, depth: 50 });
    if (second !== undefined) throw new GenerationError('template', path, 'renders more than one document of YAML');
    const value = document === undefined ? null : toPlainValue(document.value);
    if (value !== null && !isPlainFields(value)) throw new GenerationError('template', path, 'renders no map');
    return value ?? undefined;
  } catch (error) {
    if (error instanceof YamlError) throw new GenerationError('template', path, `renders no valid YAML: ${error.problem} (line ${error.line} of what is rendered)`, { cause: error });
    throw error;
  }
}

/** RFC 7386. */
function mergeFields(target: PlainFields, patch: PlainFields): PlainFields {
  const merged: Record<string, PlainValue> = { ...target };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else merged[name] = isPlainFields(value) ? mergeFields(fieldsAt(target, name), value) : value;
  }
  return merged;
}

function directiveIn(value: PlainValue): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const own = isPlainFields(value) ? Object.keys(value).find((key) => key.startsWith('$')) : undefined;
  return own ?? Object.values(value).map(directiveIn).find((found) => found !== undefined);
}

function fieldsAt(fields: PlainFields, name: string): PlainFields {
  const value = fields[name];
  return isPlainFields(value) ? value : {};
}

function listAt(fields: PlainFields, ...[first, second]: readonly [string, string]): readonly PlainValue[] {
  const value = fieldsAt(fields, first)[second];
  return Array.isArray(value) ? value : [];
}

function unite(first: readonly PlainValue[], second: readonly PlainValue[]): readonly PlainValue[] {
  return [...new Set([...first, ...second])];
}
