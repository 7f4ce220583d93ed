import type { UpstreamDefinition } from '../app/takeover/definitions.ts';
import type { ProblemCount } from '../app/takeover/problem-counts.ts';
import type { TakeoverResult } from '../app/takeover/run-takeover.ts';
import type { Io } from './io.ts';
import { count } from './problem-lines.ts';
import { type Style, styleFor, table, wrap } from './style.ts';

/** The report for people: what there is, what is in the way and what to do about it, step by step. */
export function takeoverText({ cluster, facts, report }: TakeoverResult, io: Io): string {
  const style = styleFor(io);
  const columns = io.isTerminal ? io.columns : Number.POSITIVE_INFINITY;
  const blocks = [
    `${style.bold('Takeover from External Secrets Operator')}  ${style.dim(cluster)}\n`,
    table(['WHAT', 'NAME', 'STATE'].map(style.dim), [...operatorRows(facts), ...webhookRows(facts, style), ...definitionRows(facts.definitions, style), ...objectRows(facts)], columns),
    problemBlock('Objects that this version does not serve', facts.survey.problems, { style, columns }),
    problemBlock('ExternalSecrets that are read from their providers at once', facts.survey.refreshed, { style, columns }),
    report.steps.map((step, index) => stepText(step, index + 1, { style, columns })).join('\n'),
    report.notes.map((note) => wrap(`note: ${note}`, columns)).join(''),
    report.ready ? `${style.green('nothing is in the way')}\n` : `${style.red(`${count(report.steps.length, 'thing')} in the way`)}; --apply does those marked so\n`,
  ];
  return blocks.filter((block) => block !== '').join('\n');
}

interface Layout {
  readonly style: Style;
  readonly columns: number;
}

type Facts = TakeoverResult['facts'];
type Row = readonly string[];

function operatorRows({ operator }: Facts): readonly Row[] {
  return [
    ...operator.deployments.map(({ role, namespace, name, running, replicas, controllerClass }) => [role, `${namespace}/${name}`, `${running} of ${count(replicas, 'pod')}${role === 'controller' ? `, class ${controllerClass}` : ''}`]),
    ...operator.leases.map(({ namespace, holder, left }) => ['lease', namespace, `held by ${holder} for another ${Math.ceil(left / 1000)} s`]),
  ];
}

function webhookRows({ webhooks }: Facts, style: Style): readonly Row[] {
  return webhooks.map(({ name, service, guards }) => {
    const state = service === undefined ? 'an address outside is asked' : service.state === 'ready' ? style.green('answered') : `${style.red('nobody answers')}${guards.length === 0 ? ', and that is ignored' : ''}`;
    return ['admission webhook', name, state];
  });
}

function definitionRows(definitions: readonly UpstreamDefinition[], style: Style): readonly Row[] {
  const groups = Map.groupBy(definitions, (definition) => definitionState(definition, style));
  return [...groups].map(([state, [first, ...others]]) => ['definition', `${first?.name ?? ''}${others.length === 0 ? '' : ` +${others.length}`}`, state]);
}

function definitionState({ release, prunedBy }: UpstreamDefinition, style: Style): string {
  const pruned = prunedBy === undefined ? '' : `${style.red('Argo CD may prune it')}, `;
  if (release === undefined) return `${pruned}no release has it`;
  if (release.record === 'keeps' || release.record === 'no longer has') return `${pruned}${style.green(`kept by release ${release.name}`)}`;
  return pruned + style.red(`uninstalling ${release.name} ${release.record === undefined ? 'may delete' : 'deletes'} it`);
}

function objectRows({ survey }: Facts): readonly Row[] {
  const refreshed = survey.refreshed.reduce((sum, reason) => sum + reason.count, 0);
  return [
    ...[...survey.counts].map(([kind, number]) => ['objects', kind, String(number)]),
    ['adoption', 'silently, with no read and no write', String(survey.silent)],
    ['adoption', 'with a read of the provider at once', String(refreshed)],
  ];
}

/** Names of objects that are printed for all problems together; -o json has more. */
const mostNames = 20;

function problemBlock(title: string, problems: readonly ProblemCount[], { style, columns }: Layout): string {
  let left = mostNames;
  const lines = problems.flatMap(({ kind, problem, count: number, examples }) => {
    const shown = examples.slice(0, left);
    left -= shown.length;
    const more = number - shown.length;
    return [wrap(`${style.bold(String(number))} ${kind}: ${problem}`, columns, '  '), ...shown.map((name) => `      ${name}\n`), ...(shown.length > 0 && more > 0 ? [`      and ${more} more\n`] : [])];
  });
  return lines.length === 0 ? '' : `${style.bold(title)}\n${lines.join('')}`;
}

function stepText({ title, why, commands, action }: TakeoverResult['report']['steps'][number], number: number, { style, columns }: Layout): string {
  const marked = action === undefined ? '' : ` ${style.cyan('(--apply)')}`;
  // a command is one line, however long: it is there to be copied
  return `${wrap(`${style.bold(`${number}. ${title}`)}${marked}`, columns)}${wrap(why, columns, '   ')}${commands.map((command) => `   $ ${command}\n`).join('')}`;
}
