import type { ApplicationReport, ObjectReport } from '../app/status/application-report.ts';
import type { CommitFacts } from '../gitops/source/commit-facts.ts';
import { shortRevision } from '../gitops/source/short-revision.ts';
import { ageText } from './age-text.ts';
import type { Io } from './io.ts';
import { healthWord, syncWord } from './status-text.ts';
import { pad, type Style, styleFor, table, wrap } from './style.ts';

const labelWidth = 11;

/** One Application for people: how it fares and why, and each of its objects with its file. @param now milliseconds since the epoch */
export function applicationText(report: ApplicationReport, now: number, io: Io): string {
  const style = styleFor(io);
  const columns = io.isTerminal ? io.columns : Number.POSITIVE_INFINITY;
  const { objects, unknown } = report;
  const blocks = [
    head(report, { style, columns, now }),
    objects.length === 0 ? style.dim('It has no objects.\n') : objectTable(objects, report.destination, { style, columns }),
    objects.flatMap((one) => (one.actual.message === undefined ? [] : [wrap(`${style.bold(`${one.kind} ${one.name}`)}: ${one.actual.message}`, columns)])).join(''),
    unknown.map((problem) => wrap(`${style.yellow('not known:')} ${problem}`, columns)).join(''),
  ];
  return blocks.filter((block) => block !== '').join('\n');
}

interface TextContext {
  readonly style: Style;
  readonly columns: number;
}

function head(report: ApplicationReport, { style, columns, now }: TextContext & { readonly now: number }): string {
  const { namespace, name, sync, health, revision, waitsFor, syncedAt, commits, conditions } = report;
  const line = (label: string, text: string): string => wrap(text, columns - labelWidth).trimEnd().split('\n').map((part, index) => `${style.dim(pad(index === 0 ? label : '', labelWidth))}${part}\n`).join('');
  const others = conditions.filter(({ message }) => message !== waitsFor);
  return [
    `${style.bold(`Application ${namespace}/${name}`)}  ${syncWord(sync, style)}, ${healthWord(health, style)}\n`,
    ...(revision === undefined ? [] : [line('revision', `${revision}${syncedAt === undefined ? '' : `, last synced ${ageText(syncedAt, now)} ago`}`)]),
    ...commits.map((commit) => line('commit', commitText(commit))),
    ...(waitsFor === undefined ? [] : [line('waits for', waitsFor)]),
    ...others.map(({ type, message }) => line('', `${type}: ${message}`)),
  ].join('');
}

function commitText({ id, author, email, date, subject }: CommitFacts): string {
  return `${shortRevision(id)} by ${author} <${email}>, ${date}: ${subject}`;
}

function objectTable(objects: readonly ObjectReport[], destination: string | undefined, { style, columns }: TextContext): string {
  const rows = objects.map(({ kind, namespace, name, desired, actual }) => [
    kind,
    namespace === undefined || namespace === destination ? name : `${namespace}/${name}`,
    syncWord(actual.sync, style),
    actual.health === undefined ? style.dim(actual.state) : healthWord(actual.health, style),
    desired === undefined ? style.dim(actual.requiresPruning === true ? 'no longer in Git' : 'not known') : `${desired.source.file}:${desired.source.line}`,
  ]);
  return table(['KIND', 'NAME', 'SYNC', 'ACTUAL', 'FROM'].map(style.dim), rows, columns);
}
