import type { UpOptions } from '../app/options.ts';
import { up as bringUp, type UpProgress, type UpResult } from '../app/up.ts';
import { awaitUpChange } from '../app/up-sources.ts';
import type { ApplicationResult } from '../app/up-watch.ts';
import type { RepositoryPlan } from '../gitops/plan/planned-application.ts';
import { systemClock } from '../lib/clock.ts';
import { createLog } from '../lib/log.ts';
import type { ExitCode, Io } from './io.ts';
import { allProblems, count, problemLine } from './problem-lines.ts';
import { type Style, styleFor, table } from './style.ts';
import { tellFailure } from './tell-failure.ts';
import { createTimeline, type Timeline } from './timeline.ts';

/**
 * `prelude up PATH`: a timeline while it goes on, and a table of what came of it.
 * @returns 1 where an Application is refused, or was not up when the time was over
 */
export async function up(options: UpOptions, io: Io, signal: AbortSignal): Promise<ExitCode> {
  const timelines: Timeline[] = [];
  try {
    const result = await bringUp(options, { environment: io.env, clock: systemClock, log: warnings(io), progress: progressOf(io, timelines) }, signal);
    for (const timeline of timelines) timeline.close();
    return report(result, io, signal.aborted ? 'interrupted' : `gave up after ${options.timeout / 1000} s`);
  } catch (error) {
    for (const timeline of timelines) timeline.close();
    return tellFailure(error, io);
  }
}

/**
 * `prelude up PATH --watch`: the same, and again whenever what it reads has changed, until somebody has had enough. What the controllers of a
 * cluster do in between is left to them: that is what `run` is for.
 * @returns what the last pass came to
 */
export async function upAgain(options: UpOptions, io: Io, signal: AbortSignal): Promise<ExitCode> {
  const style = styleFor(io);
  for (;;) {
    // from before the pass on: what is saved while it runs is seen
    const changed = awaitUpChange(options, { environment: io.env, clock: systemClock }, signal);
    changed.catch(() => {});
    const code = await up(options, io, signal);
    if (signal.aborted) return code;
    io.out.write(`\nwatching ${[options.target, ...options.repositories.map(({ path }) => path)].join(', ')}; Ctrl-C ends\n`);
    try {
      io.out.write(`\n${style.bold(await changed)} has changed\n\n`);
    } catch (error) {
      return signal.aborted ? code : tellFailure(error, io);
    }
  }
}

/** What the controllers would log is told by the timeline; only what goes wrong beside it is printed. */
function warnings(io: Io): ReturnType<typeof createLog> {
  return createLog({ level: 'error', destination: { write: (line) => io.err.write(line) } });
}

function progressOf(io: Io, timelines: Timeline[]): UpProgress {
  const style = styleFor(io);
  let timeline: Timeline | undefined;
  const told = new Set<string>();
  return {
    planned: (plan, cluster) => {
      const names = plan.applications.map(({ object }) => object.metadata.name);
      io.out.write(`${style.bold('Prelude')}  ${count(names.length, 'Application')} into ${cluster.kind === 'recorded' ? `the folder ${cluster.name}, where nothing runs` : cluster.name}\n\n`);
      for (const problem of allProblems(plan)) io.out.write(problemLine(problem, style));
      timeline = createTimeline(io, systemClock, names);
      timelines.push(timeline);
      for (const application of plan.applications) if (application.kind === 'planned') timeline.print({ subject: application.object.metadata.name, phase: 'plan', kind: 'done', message: planned(application.plan) });
    },
    prepared: (message) => timeline?.print({ subject: 'up', phase: 'setup', kind: 'object', message }),
    report: ({ application, phase, kind, message, object }) => {
      const text = object === undefined ? message : `${object.kind} ${object.name} ${message}`;
      // a later pass finds unchanged what an earlier one has written, or found so
      const about = `${application.namespace}/${application.name} ${object?.kind ?? ''} ${object?.name ?? ''}`;
      if (message === 'unchanged' && told.has(about)) return;
      told.add(about);
      timeline?.print({ subject: application.name, phase, kind, message: text });
    },
  };
}

function planned({ phases, needs }: Extract<RepositoryPlan['applications'][number], { kind: 'planned' }>['plan']): string {
  const objects = phases.reduce((sum, phase) => sum + phase.objects.length, 0);
  const secrets = new Set(needs.map(({ namespace, secret }) => `${namespace}/${secret}`)).size;
  return `${count(objects, 'object')}; ${secrets === 0 ? 'needs no Secret' : `needs ${count(secrets, 'Secret')}`}`;
}

/** @param end why it is over, where something is unfinished */
function report(result: UpResult, io: Io, end: string): ExitCode {
  const style = styleFor(io);
  if (result.kind === 'refused') {
    for (const problem of allProblems(result.plan)) io.err.write(problemLine(problem, style));
    io.err.write(`\n${style.red('refused')}: nothing was written. prelude plan shows the whole plan.\n`);
    return 1;
  }
  if (result.kind === 'rivalled') {
    io.err.write(`prelude: ${result.message}\n`);
    return 1;
  }
  const recorded = result.cluster === 'recorded';
  const rows = result.results.map((one) => row(one, { style, recorded, plan: result.plan }));
  io.out.write(`\n${table(['APPLICATION', 'REVISION', 'OBJECTS', 'SECRETS', 'STATE', 'TIME'], rows, io.columns)}`);
  for (const { key, state, message } of result.results) if (state !== 'up') io.err.write(`${style.red(key)}: ${message}\n`);
  if (result.results.some(({ state }) => state === 'unfinished')) io.err.write(`prelude: ${end}; the same command goes on from here\n`);
  const good = result.results.every(({ state }) => state === 'up');
  io.out.write(good ? `\n${style.green('up')}${recorded ? ': every Secret was there before the first workload was recorded' : ''}\n` : '');
  return good ? 0 : 1;
}

function row({ key, state, status, took }: ApplicationResult, { style, recorded, plan }: { readonly style: Style; readonly recorded: boolean; readonly plan: RepositoryPlan }): readonly string[] {
  const own = plan.applications.find(({ object }) => `${object.metadata.namespace ?? ''}/${object.metadata.name}` === key);
  const secrets = own?.kind === 'planned' ? new Set(own.plan.needs.map(({ secret }) => secret)).size : 0;
  const revision = status.sync?.revision ?? '';
  const word = state === 'up' ? style.green(recorded ? 'recorded' : (status.health?.status ?? 'Healthy')) : style.red(state);
  return [key, /^[0-9a-f]{40}$/.test(revision) ? revision.slice(0, 12) : revision, String(status.resources?.length ?? 0), String(secrets), word, `${(took / 1000).toFixed(1)}s`];
}
