import type { Problem } from '../plan.ts';
import type { DeclaredExternalSecret } from './declarations.ts';
import { templateProblem } from './template-problem.ts';

/** Parses every template that an ExternalSecret holds; whether it fits the provider's values, only the provider knows. */
export function checkTemplates({ object, externalSecret }: DeclaredExternalSecret): readonly Problem[] {
  const { template, dataFrom } = externalSecret.spec;
  const at = 'spec.target.template';
  const templates: readonly (readonly [path: string, name: string, text: string])[] = [
    ...fieldsIn(template?.data, `${at}.data`),
    ...fieldsIn(template?.labels, `${at}.metadata.labels`),
    ...fieldsIn(template?.annotations, `${at}.metadata.annotations`),
    ...(template?.templateFrom ?? []).flatMap(({ literal }, index) => (literal === undefined ? [] : [[`${at}.templateFrom[${index}].literal`, 'literal', literal] as const])),
    ...dataFrom.flatMap(({ rewrite }, entry) =>
      rewrite.flatMap((step, index) => (step.kind === 'transform' ? [[`spec.dataFrom[${entry}].rewrite[${index}].transform.template`, 'transform', step.template] as const] : [])),
    ),
  ];
  return templates.flatMap(([path, name, text]) => {
    const message = templateProblem(name, text);
    return message === undefined ? [] : [{ severity: 'error', message, path, origin: { file: object.origin.file, line: object.lineOf?.(path) ?? object.origin.line } }];
  });
}

function fieldsIn(templates: Readonly<Record<string, string>> = {}, path: string): readonly (readonly [string, string, string])[] {
  return Object.entries(templates).map(([key, text]) => [`${path}[${key}]`, key, text]);
}
