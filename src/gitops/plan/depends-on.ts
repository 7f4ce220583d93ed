import { z } from 'zod';
import { formatKey, type ObjectKey, type ObjectMeta } from '../../api/object.ts';
import { type FieldError, parse } from '../../api/schema.ts';
import { wayBack } from '../../lib/way-back.ts';
import { parseYaml } from '../../lib/yaml.ts';
import { YamlError } from '../../lib/yaml-error.ts';

/** On an Application: Applications that must be in and healthy first, as a YAML list of `NAME` or `NAMESPACE/NAME`. */
export const dependsOnAnnotation = 'prelude.dev/depends-on';

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const entry = z
  .string()
  .max(317)
  .regex(new RegExp(`^(${label}/)?${label}(\\.${label})*$`), 'must be NAME or NAMESPACE/NAME of an Application');
const entries = z.array(entry, { error: 'must be a list of NAME or NAMESPACE/NAME' }).max(100);

/** What an Application waits for, each once, in its own namespace unless told otherwise; or what is wrong with the annotation. */
export interface Dependencies {
  readonly keys: readonly Required<ObjectKey>[];
  readonly errors: readonly FieldError[];
}

/** Reads the annotation. With errors it names nothing. */
export function readDependencies({ namespace = '', annotations }: Pick<ObjectMeta, 'namespace' | 'annotations'>): Dependencies {
  const text = annotations?.[dependsOnAnnotation];
  if (text === undefined) return { keys: [], errors: [] };
  const path = `metadata.annotations[${dependsOnAnnotation}]`;
  const refuse = (messages: readonly string[]): Dependencies => ({ keys: [], errors: messages.map((message) => ({ path, message })) });
  try {
    const [document, more] = parseYaml(text, { bytes: 1 << 16, documents: 2, depth: 4 });
    if (more !== undefined) return refuse(['must be one YAML document']);
    const parsed = parse(entries, document?.value ?? []);
    if (!parsed.ok) return refuse(parsed.errors.map((error) => (error.path === '' ? error.message : `${error.path}: ${error.message}`)));
    const keys = new Map(parsed.value.map((name) => keyOf(name, namespace)).map((key) => [formatKey(key), key]));
    return { keys: [...keys.values()], errors: [] };
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    return refuse([`not valid YAML: ${error.problem} (line ${error.line})`]);
  }
}

function keyOf(name: string, home: string): Required<ObjectKey> {
  const slash = name.indexOf('/');
  return slash < 0 ? { namespace: home, name } : { namespace: name.slice(0, slash), name: name.slice(slash + 1) };
}

/**
 * The way from an Application back to itself, where it waits for itself in the end; undefined where it does not.
 * @param of what each waits for; all are named `namespace/name`
 */
export function dependencyCycle(start: string, of: (key: string) => readonly string[]): readonly string[] | undefined {
  const way = wayBack(start, (key) => of(key).map((to) => ({ to })));
  return way === undefined ? undefined : [start, ...way.map(({ to }) => to)];
}

/** What is said of a cycle. */
export function describeCycle(cycle: readonly string[]): string {
  return `waits for itself: ${cycle.join(' waits for ')}; take one of them out of ${dependsOnAnnotation}`;
}
