import type { Application } from '../../api/application.ts';
import { assumeSecretsAnnotation, parseAssumedSecrets } from './needs/assumed-secrets.ts';
import { nearest } from './needs/nearest.ts';
import type { Problem } from './plan.ts';
import { sopsKeysAnnotation, sopsKeysOf } from './sops-keys.ts';

/** Our annotations on an Application. `values-from` is known, and refused until charts are rendered. */
const gateAnnotation = 'prelude.dev/gate';
const valuesFromAnnotation = 'prelude.dev/values-from';
const plainSecretsAnnotation = 'prelude.dev/allow-plain-secrets';

const knownAnnotations: ReadonlySet<string> = new Set([assumeSecretsAnnotation, gateAnnotation, valuesFromAnnotation, plainSecretsAnnotation, sopsKeysAnnotation]);

/** Whether an Application says that Secrets may stand in its repository as they are. */
export function allowsPlainSecrets({ metadata }: Pick<Application, 'metadata'>): boolean {
  return metadata.annotations?.[plainSecretsAnnotation] === 'true';
}

/** What is wrong with the annotations of an Application; paths are into its manifest. */
export function checkApplication({ metadata }: Application): readonly Problem[] {
  const annotations = metadata.annotations ?? {};
  const problems: Problem[] = [];
  const refuse = (name: string, message: string): void => void problems.push({ severity: 'error', message, path: `metadata.annotations[${name}]` });
  if (annotations[valuesFromAnnotation] !== undefined) refuse(valuesFromAnnotation, 'values from Secrets are not supported yet');
  if ((annotations[gateAnnotation] ?? 'all') !== 'all') refuse(gateAnnotation, 'must be "all"');
  if (parseAssumedSecrets(annotations[assumeSecretsAnnotation] ?? '') === undefined) refuse(assumeSecretsAnnotation, 'must be a list of NAME or NAME/KEY, separated by commas');
  if (!['true', 'false'].includes(annotations[plainSecretsAnnotation] ?? 'false')) refuse(plainSecretsAnnotation, 'must be "true" or "false"');
  if (sopsKeysOf(annotations) === undefined) refuse(sopsKeysAnnotation, 'must be the name of a Secret');
  for (const name of Object.keys(annotations)) {
    if (!name.startsWith('prelude.dev/') || knownAnnotations.has(name)) continue;
    const meant = nearest(name, knownAnnotations);
    problems.push({ severity: 'warning', message: `is not an annotation that means anything${meant === undefined ? '' : `; is "${meant}" meant?`}`, path: `metadata.annotations[${name}]` });
  }
  return problems;
}
