import { compileChecks, type CompiledCheck, expressionErrors } from '../gitops/health/custom-rules.ts';
import { loadCel } from '../gitops/health/evaluate-cel.ts';
import { parseHealthChecks } from '../gitops/health/health-checks.ts';
import { configProblem, readConfigFile } from './config-file.ts';

/**
 * Reads the file of `--health-rules`: a list as in the annotation `prelude.dev/health-checks`, for all Applications.
 * @throws UsageError that names the file and the line of everything that is wrong
 */
export async function readHealthRules(path: string): Promise<readonly CompiledCheck[]> {
  const document = await readConfigFile('--health-rules', path);
  const parsed = parseHealthChecks(document.value);
  if (!parsed.ok) throw configProblem(path, document, parsed.errors);
  const cel = await loadCel();
  const errors = expressionErrors(parsed.value, cel);
  if (errors.length > 0) throw configProblem(path, document, errors);
  return compileChecks(parsed.value, cel);
}
