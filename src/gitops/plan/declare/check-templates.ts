import type { Problem } from '../plan.ts';
import { type DeclaredExternalSecret, placeOf } from './declarations.ts';
import { createPatternCheck, type PatternProblem } from './pattern-problem.ts';
import { createTemplateCheck, type TemplateCheck } from './template-check.ts';

/**
 * Parses every template that an ExternalSecret holds, and the patterns by which it rewrites keys; whether they fit the provider's values,
 * only the provider knows.
 */
export function checkTemplates(declared: DeclaredExternalSecret): readonly Problem[] {
  const { template, dataFrom } = declared.externalSecret.spec;
  const at = 'spec.target.template';
  const checkPattern = createPatternCheck();
  const checkTemplate = createTemplateCheck();
  const found: readonly Found[] = [
    ...inFields(checkTemplate, template?.data, `${at}.data`),
    ...inFields(checkTemplate, template?.labels, `${at}.metadata.labels`),
    ...inFields(checkTemplate, template?.annotations, `${at}.metadata.annotations`),
    ...(template?.templateFrom ?? []).flatMap(({ literal }, index): readonly Found[] => (literal === undefined ? [] : [[`${at}.templateFrom[${index}].literal`, checkTemplate('literal', literal)]])),
    ...dataFrom.flatMap(({ rewrite }, entry) =>
      rewrite.flatMap((step, index): readonly Found[] => {
        const here = `spec.dataFrom[${entry}].rewrite[${index}]`;
        if (step.kind === 'merge') return [];
        return [step.kind === 'transform' ? [`${here}.transform.template`, checkTemplate('transform', step.template)] : [`${here}.regexp.source`, checkPattern(step.source)]];
      }),
    ),
  ];
  return found.flatMap(([path, problem]) => (problem === undefined ? [] : [{ ...problem, ...placeOf(declared, path) }]));
}

type Found = readonly [path: string, problem: PatternProblem | undefined];

function inFields(check: TemplateCheck, templates: Readonly<Record<string, string>> = {}, path: string): readonly Found[] {
  return Object.entries(templates).map(([key, text]) => [`${path}[${key}]`, check(key, text)]);
}
