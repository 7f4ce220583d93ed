import { isApplicationSet, parseApplicationSet } from '../../../api/application-set.ts';
import { parseApplication, isApplication } from '../../../api/application.ts';
import { clusterPushSecretKind, parseClusterPushSecret } from '../../../api/cluster-push-secret.ts';
import { type KubeObject, parseApiVersion } from '../../../api/object.ts';
import { isExternalSecretsKind } from '../../../api/parse-kind.ts';
import { parsePushSecret, pushSecretKind } from '../../../api/push-secret.ts';
import { formatPath, type Parsed } from '../../../api/schema.ts';
import { objectOptions, syncOptionsAnnotation } from '../../../api/sync-option.ts';
import { fieldProblems } from '../../render/manifest-reader.ts';
import { fieldsOf } from '../needs/field.ts';
import { hookTypes, unknownHook } from '../hook-phase.ts';
import { declaredWave, waveAnnotation } from '../object-order.ts';
import type { Problem, RenderedObject } from '../plan.ts';

/** What is wrong with one object, whatever stands beside it. */
export function checkObject(rendered: RenderedObject, { plainSecrets = false }: { readonly plainSecrets?: boolean } = {}): readonly Problem[] {
  const { object } = rendered;
  const { group } = parseApiVersion(object.apiVersion);
  return [...checkAnnotations(rendered), ...checkKind(rendered), ...(object.kind === 'Secret' && group === '' && !plainSecrets ? checkSecret(rendered) : [])];
}

function problem(rendered: RenderedObject, path: string, message: string): Problem {
  const { origin, lineOf } = rendered;
  return { severity: 'error', message, path, origin: { file: origin.file, line: lineOf?.(path) ?? origin.line } };
}

function checkAnnotations(rendered: RenderedObject): readonly Problem[] {
  const annotations = rendered.object.metadata.annotations ?? {};
  const hook = unknownHook(rendered.object);
  const problems = hook === undefined ? [] : [problem(rendered, `metadata.annotations[${hook}]`, `is a hook that is never run; supported: ${hookTypes.join(', ')}`)];
  if (declaredWave(rendered.object) === undefined) problems.push(problem(rendered, `metadata.annotations[${waveAnnotation}]`, 'must be an integer'));
  const [wrong] = objectOptions(annotations).problems;
  if (wrong !== undefined) problems.push(problem(rendered, `metadata.annotations[${syncOptionsAnnotation}]`, `entry ${wrong.index + 1}: ${wrong.message}`));
  return problems;
}

function checkKind(rendered: RenderedObject): readonly Problem[] {
  const parsed = parserOf(rendered.object)?.(rendered.object);
  return parsed === undefined || parsed.ok ? [] : fieldProblems(parsed.errors, rendered);
}

/** What reads objects that say nothing about the Secrets of workloads, but may be wrong. */
function parserOf(object: KubeObject): ((object: KubeObject) => Parsed<unknown>) | undefined {
  if (isApplication(object)) return parseApplication;
  if (isApplicationSet(object)) return parseApplicationSet;
  if (isExternalSecretsKind(object, pushSecretKind)) return parsePushSecret;
  return isExternalSecretsKind(object, clusterPushSecretKind) ? parseClusterPushSecret : undefined;
}

/** A value in Git is no secret any more. What holds none (a service account's token, say) is filled in by the cluster. */
function checkSecret(rendered: RenderedObject): readonly Problem[] {
  if (rendered.sops !== undefined) return plainValues(rendered).map(([field, key]) => problem(rendered, formatPath([field, key]), 'is not encrypted, unlike the rest of the file; encrypt it, e.g. with --encrypted-regex \'^(data|stringData)$\''));
  const entries = rendered.sopsEntries ?? [];
  const held = (['data', 'stringData'] as const).filter((field) => holdsValues(rendered.object, field, entries.filter((entry) => entry.field === field).length + fromSecrets(rendered, field)));
  return held.map((field) => problem(rendered, field, 'a Secret with values in Git is no secret to anyone who reads the repository; declare an ExternalSecret instead, seal it (prelude seal), encrypt the file with SOPS, or say prelude.dev/allow-plain-secrets: "true" on the Application'));
}

/** The keys of an encrypted Secret whose values are not. An empty value is never encrypted. */
function plainValues({ object, taint }: RenderedObject): readonly (readonly [field: string, key: string])[] {
  const encrypted = new Set(taint.map((path) => JSON.stringify(path.slice(0, 2))));
  return (['data', 'stringData'] as const).flatMap((field) =>
    Object.entries(fieldsOf(object[field])).flatMap(([key, value]) => (value === '' || value === null || encrypted.has(JSON.stringify([field, key])) ? [] : [[field, key] as const])),
  );
}

/** How many values of a chart's Secret came from Secrets: Git holds none of those. */
function fromSecrets({ object, taint, holdsValues: isFilled }: RenderedObject, field: 'data' | 'stringData'): number {
  if (isFilled !== true) return 0;
  const tainted = taint.filter(([first]) => first === field);
  return tainted.some(({ length }) => length === 1) ? Object.keys(fieldsOf(object[field])).length : new Set(tainted.map(([, key]) => key)).size;
}

/** @param hidden how many of its values are files of SOPS, or came from Secrets */
function holdsValues(object: KubeObject, field: 'data' | 'stringData', hidden: number): boolean {
  const value = object[field];
  return typeof value === 'object' && value !== null ? Object.keys(value).length > hidden : value !== undefined && value !== null && value !== '';
}
