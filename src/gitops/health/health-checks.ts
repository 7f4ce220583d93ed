import { z } from 'zod';
import { type KubeObject, parseApiVersion } from '../../api/object.ts';
import { type FieldError, type Parsed, parse } from '../../api/schema.ts';
import { parseYaml } from '../../lib/yaml.ts';
import { YamlError } from '../../lib/yaml-error.ts';

/** On an Application: how its custom kinds fare, in the form of Flux's `healthCheckExprs`, as a YAML list. */
export const healthChecksAnnotation = 'prelude.dev/health-checks';

/** How one kind fares, as CEL expressions over the fields of an object. They are asked in this order, and the first that is true counts. */
export interface HealthCheck {
  /** Of the apiVersion only the group counts. */
  readonly group: string;
  /** Absent: every kind of the group. */
  readonly kind?: string;
  readonly inProgress?: string;
  readonly failed?: string;
  readonly current: string;
}

const expression = z.string().trim().min(1).max(4096);

const check = z
  .strictObject({
    apiVersion: z.string().min(1).max(253),
    kind: z.string().min(1).max(63).exactOptional(),
    inProgress: expression.exactOptional(),
    failed: expression.exactOptional(),
    current: expression,
  })
  .transform(({ apiVersion, ...rest }): HealthCheck => ({ group: parseApiVersion(apiVersion).group, ...rest }));

const checks = z.array(check, { error: 'must be a list' }).max(100);

/** Parses a list of health checks, from an annotation or a file. Whether the expressions are CEL shows when they are compiled. */
export function parseHealthChecks(value: unknown): Parsed<readonly HealthCheck[]> {
  return parse(checks, value);
}

/** What an Application says of the health of its kinds; or what is wrong with the annotation. Whether the expressions are CEL shows when they are compiled. */
export function readHealthChecks({ annotations = {} }: Pick<KubeObject['metadata'], 'annotations'>): { readonly checks: readonly HealthCheck[]; readonly errors: readonly FieldError[] } {
  const text = annotations[healthChecksAnnotation];
  if (text === undefined) return { checks: [], errors: [] };
  const path = `metadata.annotations[${healthChecksAnnotation}]`;
  const refuse = (message: string): { readonly checks: readonly HealthCheck[]; readonly errors: readonly FieldError[] } => ({ checks: [], errors: [{ path, message }] });
  try {
    const [document, more] = parseYaml(text, { bytes: 1 << 18, documents: 2, depth: 20 });
    if (more !== undefined) return refuse('must be one YAML document');
    const parsed = parseHealthChecks(document?.value ?? []);
    return parsed.ok ? { checks: parsed.value, errors: [] } : { checks: [], errors: parsed.errors.map((error) => ({ path, message: error.path === '' ? error.message : `${error.path}: ${error.message}` })) };
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    return refuse(`not valid YAML: ${error.problem} (line ${error.line})`);
  }
}
