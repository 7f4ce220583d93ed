import type { Problem } from '../gitops/plan/plan.ts';
import type { PlannedApplication, RepositoryPlan } from '../gitops/plan/planned-application.ts';
import type { Style } from './style.ts';

/** The problems of one Application's plan, or why it has none. */
export function problemsOf(application: PlannedApplication): readonly Problem[] {
  return application.kind === 'planned' ? application.plan.problems : [application.problem];
}

/** Every problem of a repository once: the Applications' own first, in their order. */
export function allProblems({ applications, problems }: RepositoryPlan): readonly Problem[] {
  return [...applications.flatMap(problemsOf), ...problems];
}

/** `error  file:line  field: message`, one line each; a compiler's form, so that editors and CI find the place. */
export function problemLine({ severity, origin, path, message }: Problem, style: Style): string {
  const label = severity === 'error' ? style.red('error') : style.yellow('warning');
  const where = origin === undefined ? '' : `${origin.file}:${origin.line}: `;
  const field = path === undefined || path === '' ? '' : `${path}: `;
  return `${style.bold(where)}${label}: ${field}${message}\n`;
}

/** `1 error`, `2 errors`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
