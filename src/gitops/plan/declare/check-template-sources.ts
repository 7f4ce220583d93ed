import type { TemplateKey } from '../../../secret/template/template-source.ts';
import { templateKeys } from '../../../secret/template/template-source.ts';
import { nearest } from '../needs/nearest.ts';
import type { Problem } from '../plan.ts';
import { type Declarations, type DeclaredConfigMap, type DeclaredExternalSecret, describeProducer, placeOf } from './declarations.ts';
import type { Neighbourhood } from './neighbourhood.ts';
import { createTemplateCheck, type TemplateCheck } from './template-check.ts';

interface Surroundings {
  readonly by: Declarations;
  readonly neighbourhood: Neighbourhood;
  readonly checkText: TemplateCheck;
}

/**
 * What ConfigMaps and Secrets in Git say to the ExternalSecrets of an Application whose templates stand in them. What stands elsewhere is
 * read live. A neighbour's texts are not parsed: they may change, for better or worse, without this Application being planned again.
 */
export function checkTemplateSources(by: Declarations, neighbourhood: Neighbourhood): readonly Problem[] {
  const surroundings = { by, neighbourhood, checkText: createTemplateCheck() };
  const problems = by.externalSecrets.flatMap((declared) => {
    const told = new Set<string>();
    return templateKeys(declared.externalSecret.spec).flatMap((key) => checkKey(declared, key, surroundings, told));
  });
  // a ConfigMap's template may be that of several ExternalSecrets
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

/** @param told sources of which it was said that nothing declares them */
function checkKey(declared: DeclaredExternalSecret, { source: { kind, name }, key, path }: TemplateKey, { by, neighbourhood, checkText }: Surroundings, told: Set<string>): readonly Problem[] {
  const namespace = declared.externalSecret.metadata.namespace ?? '';
  const here = placeOf(declared, path);
  const what = `${kind} ${namespace}/${name}`;
  const undeclared = (): readonly Problem[] => {
    if (told.has(what)) return [];
    told.add(what);
    return [{ severity: 'warning', message: `nothing here declares ${what}; its templates are read live, and awaited`, ...here }];
  };
  if (kind === 'ConfigMap') {
    const owned = neighbourhood.configMap(namespace, name);
    if (owned === undefined) return undeclared();
    const found = owned.declared;
    const text = found.data.get(key);
    if (text === undefined) return [{ severity: 'error', message: noKey(`${what} (${found.object.origin.file}:${found.object.origin.line})`, key, [...found.data.keys()]), ...here }];
    return owned.by === by ? located(found, key, checkText(key, text)) : [];
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

/** A problem of a text is one of the ConfigMap, wherever the text is used. */
function located({ object }: DeclaredConfigMap, key: string, problem: ReturnType<TemplateCheck>): readonly Problem[] {
  const path = `data[${key}]`;
  return problem === undefined ? [] : [{ ...problem, path, origin: { file: object.origin.file, line: object.lineOf?.(path) ?? object.origin.line } }];
}
