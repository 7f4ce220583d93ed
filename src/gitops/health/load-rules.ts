import type { KubeObject } from '../../api/object.ts';
import { compileChecks, type CompiledCheck, type CustomRules, rulesOf } from './custom-rules.ts';
import { loadCel } from './evaluate-cel.ts';
import { healthChecksAnnotation, readHealthChecks } from './health-checks.ts';

/** The health checks of an Application, and the text they were made of. */
export interface LoadedRules {
  readonly text: string | undefined;
  readonly rules: CustomRules;
}

/**
 * Compiles the health checks of an Application, unless they are known. What is wrong with the annotation is told when it is planned.
 * @param everywhere those of the whole program, which go behind
 */
export async function loadRules(metadata: Pick<KubeObject['metadata'], 'annotations'>, known: LoadedRules | undefined, everywhere: readonly CompiledCheck[] = []): Promise<LoadedRules> {
  const text = metadata.annotations?.[healthChecksAnnotation];
  if (known !== undefined && known.text === text) return known;
  const { checks } = readHealthChecks(metadata);
  const own = checks.length === 0 ? [] : compileChecks(checks, await loadCel());
  return { text, rules: rulesOf([...own, ...everywhere]) };
}
