import { declaredWave } from '../gitops/plan/object-order.ts';
import type { Origin, Phase, Plan, ResolvedNeed } from '../gitops/plan/plan.ts';
import { isRefused, type PlannedApplication, type RepositoryPlan } from '../gitops/plan/planned-application.ts';
import type { Io } from './io.ts';
import { allProblems, count, problemLine, problemsOf } from './problem-lines.ts';
import { type Style, styleFor, table } from './style.ts';

/** A plan for people: what is done in which order, what the workloads need and what provides it, and every problem. */
export function planText(plan: RepositoryPlan, io: Io): string {
  const style = styleFor(io);
  // a log has no width: nothing is cut there
  const columns = io.isTerminal ? io.columns : Number.POSITIVE_INFINITY;
  const blocks = plan.applications.map((application) => applicationText(application, columns, style));
  const loose = plan.problems.map((problem) => problemLine(problem, style)).join('');
  return [...blocks, ...(loose === '' ? [] : [loose]), summary(plan, style)].join('\n');
}

function applicationText(one: PlannedApplication, columns: number, style: Style): string {
  const { namespace, name } = one.application.metadata;
  const head = `${style.bold(`Application ${namespace}/${name}`)}  ${style.dim(place(one.origin))}\n`;
  const problems = problemsOf(one).map((problem) => problemLine(problem, style)).join('');
  if (one.kind === 'unplanned') return head + problems;
  const { createNamespace } = one.application.spec.syncPolicy;
  const rows = one.plan.phases.flatMap((phase) => phaseRows(phase, one.plan, createNamespace));
  const needs = one.plan.needs.map((need) => needRow(need, one.plan.namespace, style));
  return [
    head + sourceLine(one, style),
    table(['PHASE', 'KIND', 'NAME', 'FROM'].map(style.dim), rows, columns),
    ...(needs.length === 0 ? [] : [table(['SECRET', 'KEY', 'NEEDED BY', 'DECIDED', 'BY'].map(style.dim), needs, columns)]),
    ...(problems === '' ? [] : [problems]),
  ].join('\n');
}

function sourceLine(one: Extract<PlannedApplication, { kind: 'planned' }>, style: Style): string {
  const { path, targetRevision } = one.application.spec.source;
  const { kind, label } = one.source;
  if (kind === 'chart') return `${style.dim(`chart ${label}`)}\n`;
  const folder = path === '' ? 'the root' : path;
  const revision = kind === 'git' ? ` at ${one.plan.revision}` : `, as it is on disk; targetRevision ${targetRevision} is not looked at`;
  return `${style.dim(`${folder} of ${label}${revision}`)}\n`;
}

function place({ file, line }: Origin): string {
  return `${file}:${line}`;
}

function phaseRows({ name, objects }: Phase, plan: Plan, createNamespace: boolean): readonly (readonly string[])[] {
  if (name === 'barrier') return !plan.needs.some(isAtBarrier) ? [] : [[name, '', `waits for ${count(secretsOf(plan.needs.filter(isAtBarrier)), 'Secret')}`, '']];
  const isDeclared = objects.some(({ object }) => object.kind === 'Namespace' && object.metadata.name === plan.namespace);
  const made = name === 'namespace' && createNamespace && !isDeclared ? [[name, 'Namespace', plan.namespace, 'CreateNamespace=true']] : [];
  const rows = objects.map(({ object, origin, namespaceAssumed }) => {
    const { namespace } = object.metadata;
    const wave = declaredWave(object) ?? 0;
    const shown = namespace === undefined || namespace === plan.namespace ? object.metadata.name : `${namespace}/${object.metadata.name}`;
    return [wave === 0 ? name : `${name} ${wave}`, object.kind, namespaceAssumed === true ? `${shown} (if namespaced)` : shown, place(origin)];
  });
  return [...made, ...rows];
}

/** What something makes as it runs is awaited by its consumers alone. */
function isAtBarrier({ resolution }: ResolvedNeed): boolean {
  return resolution.state === 'missing' || resolution.by?.atRuntime === undefined;
}

function secretsOf(needs: readonly ResolvedNeed[]): number {
  return new Set(needs.map(({ namespace, secret }) => `${namespace}/${secret}`)).size;
}

function needRow({ namespace, secret, key, consumers, resolution }: ResolvedNeed, destination: string, style: Style): readonly string[] {
  const [first] = consumers;
  const others = new Set(consumers.map(({ kind, name }) => `${kind} ${name}`)).size - 1;
  const by = first === undefined ? '' : `${first.kind} ${first.name}${others > 0 ? ` +${others}` : ''}`;
  const name = namespace === destination ? secret : `${namespace}/${secret}`;
  return [name, key ?? style.dim('all'), by, ...decided(resolution, style)];
}

function decided(resolution: ResolvedNeed['resolution'], style: Style): readonly [string, string] {
  switch (resolution.state) {
    case 'provided':
      return [style.green('provided'), `${resolution.by.kind} ${resolution.by.name}${resolution.by.atRuntime === undefined ? '' : ', as it runs'}`];
    case 'barrier':
      return [style.cyan(resolution.by?.atRuntime === undefined ? 'at the barrier' : 'as it runs'), resolution.reason];
    case 'missing':
      return [style.red('missing'), resolution.reason];
  }
}

function summary(plan: RepositoryPlan, style: Style): string {
  const plans = plan.applications.flatMap((one) => (one.kind === 'planned' ? [one.plan] : []));
  const objects = plans.reduce((sum, { phases }) => sum + phases.reduce((all, phase) => all + phase.objects.length, 0), 0);
  const needs = plans.flatMap((one) => one.needs);
  const inState = (state: string): number => needs.filter(({ resolution }) => resolution.state === state).length;
  const problems = allProblems(plan);
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const counts = `${count(plans.length, 'Application')}, ${count(objects, 'object')}; ${count(needs.length, 'need')}: ${inState('provided')} provided, ${inState('barrier')} decided at the barrier, ${inState('missing')} missing`;
  const verdict = isRefused(plan) ? style.red(`refused: ${count(errors, 'error')}`) : style.green('ready');
  const warnings = problems.length - errors;
  return `${counts}\n${verdict}${warnings === 0 ? '' : `, ${count(warnings, 'warning')}`}\n`;
}
