import { type Application, suspendAnnotation } from '../../api/application.ts';
import { healthChecksAnnotation, readHealthChecks } from '../health/health-checks.ts';
import { dependsOnAnnotation, readDependencies } from './depends-on.ts';
import { assumeSecretsAnnotation, parseAssumedSecrets } from './needs/assumed-secrets.ts';
import { readValuesFrom, valuesFromAnnotation } from '../render/helm/values-from/values-from.ts';
import { rendererAnnotation, rendererNames } from '../render/renderer-choice.ts';
import { nearest } from './needs/nearest.ts';
import type { Problem } from './plan.ts';
import { sopsKeysAnnotation, sopsKeysOf } from './sops-keys.ts';

/** Our annotations on an Application. */
const gateAnnotation = 'prelude.dev/gate';
const plainSecretsAnnotation = 'prelude.dev/allow-plain-secrets';

const knownAnnotations: ReadonlySet<string> = new Set([assumeSecretsAnnotation, gateAnnotation, valuesFromAnnotation, plainSecretsAnnotation, sopsKeysAnnotation, rendererAnnotation, suspendAnnotation, healthChecksAnnotation, dependsOnAnnotation]);

/** Whether an Application says that Secrets may stand in its repository as they are. */
export function allowsPlainSecrets({ metadata }: Pick<Application, 'metadata'>): boolean {
  return metadata.annotations?.[plainSecretsAnnotation] === 'true';
}

/** What is wrong with the annotations of an Application; paths are into its manifest. */
export function checkApplication(application: Application): readonly Problem[] {
  const { metadata } = application;
  const annotations = metadata.annotations ?? {};
  const problems: Problem[] = [];
  const refuse = (name: string, message: string): void => void problems.push({ severity: 'error', message, path: `metadata.annotations[${name}]` });
  for (const { path, message } of readValuesFrom(application).errors) problems.push({ severity: 'error', message, path });
  for (const { path, message } of readDependencies(metadata).errors) problems.push({ severity: 'error', message, path });
  for (const { path, message } of readHealthChecks(metadata).errors) problems.push({ severity: 'error', message, path });
  if (!['true', 'false'].includes(annotations[suspendAnnotation] ?? 'false')) refuse(suspendAnnotation, 'must be "true" or "false"');
  const renderer = annotations[rendererAnnotation];
  if (renderer !== undefined && !rendererNames.some((name) => name === renderer)) refuse(rendererAnnotation, `must be one of ${rendererNames.join(', ')}`);
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
