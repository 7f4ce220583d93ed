import { z } from 'zod';
import type { Application } from '../../../../api/application.ts';
import { type FieldError, parse } from '../../../../api/schema.ts';
import { parseYaml } from '../../../../lib/yaml.ts';
import { YamlError } from '../../../../lib/yaml-error.ts';
import { parseTargetPath, type TargetPath } from './target-path.ts';

/** Values that a chart takes from Secrets and ConfigMaps of its destination namespace. */
export const valuesFromAnnotation = 'prelude.dev/values-from';

/** Where values come from that Git does not hold. */
export interface ValuesFrom {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly name: string;
  readonly key: string;
  /** Where the value is set. Absent: it is a document of values, and laid over the others. */
  readonly target?: TargetPath;
  readonly optional: boolean;
  /** The `name` of the one of several sources that it is for; absent: for each chart. */
  readonly source?: string;
}

const name = z.string().min(1).max(253).regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'must be the name of an object');
const key = z.string().min(1).max(253).regex(/^[-._a-zA-Z0-9]+$/, 'must be a key of a Secret or ConfigMap');
const targetPath = z.string().max(1024).transform((text, context) => {
  const path = parseTargetPath(text);
  if (path !== undefined) return path;
  context.addIssue({ code: 'custom', message: 'must be a path in the values, like seed.keyPair or nodes[0].key' });
  return z.NEVER;
});

/** The fields of valuesFrom of Flux's HelmRelease. */
const entry = z
  .strictObject({
    kind: z.enum(['Secret', 'ConfigMap']),
    name,
    valuesKey: key.exactOptional(),
    targetPath: targetPath.exactOptional(),
    optional: z.boolean().exactOptional(),
    source: z.string().min(1).exactOptional(),
  })
  .transform(({ kind, name: from, valuesKey = 'values.yaml', targetPath: target, optional = false, source }): ValuesFrom => ({
    ...{ kind, name: from, key: valuesKey, optional },
    ...(target === undefined ? {} : { target }),
    ...(source === undefined ? {} : { source }),
  }));

const entries = z.array(entry, { error: 'must be a list' }).max(200);

/** What an Application takes from the cluster, in the order in which it is laid over its values; or what is wrong with the annotation. */
export function readValuesFrom({ metadata, spec }: Pick<Application, 'metadata' | 'spec'>): { readonly entries: readonly ValuesFrom[]; readonly errors: readonly FieldError[] } {
  const text = metadata.annotations?.[valuesFromAnnotation];
  if (text === undefined) return { entries: [], errors: [] };
  const path = `metadata.annotations[${valuesFromAnnotation}]`;
  try {
    const [document, more] = parseYaml(text);
    if (more !== undefined) return { entries: [], errors: [{ path, message: 'must be one YAML document' }] };
    const parsed = parse(entries, document?.value ?? []);
    if (!parsed.ok) return { entries: [], errors: parsed.errors.map((error) => ({ path, message: error.path === '' ? error.message : `${error.path}: ${error.message}` })) };
    const names = new Set((spec.sources ?? []).flatMap((source) => source.name ?? []));
    const lost = parsed.value.filter(({ source }) => source !== undefined && !names.has(source));
    return { entries: parsed.value, errors: lost.map(({ source = '' }) => ({ path, message: `no source has the name ${JSON.stringify(source)}` })) };
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    return { entries: [], errors: [{ path, message: `not valid YAML: ${error.problem} (line ${error.line})` }] };
  }
}
