import type { TemplateKey } from '../../../secret/template/template-source.ts';
import { templateKeys } from '../../../secret/template/template-source.ts';
import { nearest } from '../needs/nearest.ts';
import type { Problem } from '../plan.ts';
import { type DeclaredConfigMap, type DeclaredExternalSecret, describeProducer } from './declarations.ts';
import type { Neighbourhood } from './neighbourhood.ts';
import { templateProblem } from './template-problem.ts';

/** What ConfigMaps and Secrets in Git say to the ExternalSecrets whose templates stand in them. What stands elsewhere is read live. */
export function checkTemplateSources(externalSecrets: readonly DeclaredExternalSecret[], neighbourhood: Neighbourhood): readonly Problem[] {
  const problems = externalSecrets.flatMap((declared) => {
    const told = new Set<string>();
    return templateKeys(declared.externalSecret.spec).flatMap((key) => checkKey(declared, key, neighbourhood, told));
  });
  // a ConfigMap's template may be that of several ExternalSecrets
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

/** @param told sources of which it was said that nothing declares them */
function checkKey(declared: DeclaredExternalSecret, { source: { kind, name }, key, path }: TemplateKey, neighbourhood: Neighbourhood, told: Set<string>): readonly Problem[] {
  const { object, externalSecret } = declared;
  const namespace = externalSecret.metadata.namespace ?? '';
  const here = { path, origin: { file: object.origin.file, line: object.lineOf?.(path) ?? object.origin.line } };
  const what = `${kind} ${namespace}/${name}`;
  const undeclared = (): readonly Problem[] => {
    if (told.has(what)) return [];
    told.add(what);
    return [{ severity: 'warning', message: `nothing here declares ${what}; its templates are read live, and awaited`, ...here }];
  };
  if (kind === 'ConfigMap') {
    const found = neighbourhood.configMap(namespace, name)?.declared;
    if (found === undefined) return undeclared();
    const text = found.data.get(key);
    if (text === undefined) return [{ severity: 'error', message: noKey(`${what} (${found.object.origin.file}:${found.object.origin.line})`, key, [...found.data.keys()]), ...here }];
    return checkText(found, key, text);
  }
  const maker = neighbourhood.makers(namespace, name)[0]?.declared;
  if (maker === undefined) return undeclared();
  if (maker.keys === 'dynamic' || maker.keys.includes(key)) return [];
  return [{ severity: 'error', message: noKey(`${what}, which ${describeProducer(maker)} makes,`, key, maker.keys), ...here }];
}

function noKey(what: string, key: string, keys: readonly string[]): string {
  const hint = nearest(key, keys);
  return `${what} has no key ${JSON.stringify(key)}${hint === undefined ? '' : `; is "${hint}" meant?`}`;
}

function checkText({ object }: DeclaredConfigMap, key: string, text: string): readonly Problem[] {
  const path = `data[${key}]`;
  const message = templateProblem(key, text);
  return message === undefined ? [] : [{ severity: 'error', message, path, origin: { file: object.origin.file, line: object.lineOf?.(path) ?? object.origin.line } }];
}
