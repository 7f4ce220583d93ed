import type { ApplicationDifference, Change, ObjectDifference } from '../app/diff/diff-application.ts';
import type { KubeObject } from '../api/object.ts';
import { unifiedDiff } from '../lib/unified-diff.ts';
import { printYaml } from '../lib/yaml-print.ts';
import type { Io } from './io.ts';
import { printable } from './printable.ts';
import { count } from './problem-lines.ts';
import { type Style, styleFor } from './style.ts';

/** Differences for people: a unified diff of each object that would be created or changed, and a line for all else. */
export function diffText(applications: readonly ApplicationDifference[], io: Io): string {
  const style = styleFor(io);
  const blocks = applications.flatMap(({ namespace, name, objects, hooks }) => {
    const told = objects.filter(({ change }) => change !== 'unchanged').map((object) => objectText(object, style));
    const ran = hooks === 0 ? [] : [style.dim(`${count(hooks, 'hook')} would run\n`)];
    return [`${style.bold(`Application ${namespace}/${name}`)}  ${tally(objects)}\n`, ...told, ...ran];
  });
  return [...blocks, `\n${tally(applications.flatMap(({ objects }) => objects))}; nothing was written\n`].join('');
}

/** The same for programs. */
export function diffDocument(applications: readonly ApplicationDifference[]): Readonly<Record<string, unknown>> {
  return {
    applications: applications.map(({ objects, ...application }) => ({
      ...application,
      objects: objects.map(({ before, after, ...object }) => ({ ...object, ...(before === undefined && after === undefined ? {} : { diff: hunks(before, after) }) })),
    })),
  };
}

const words: readonly Change[] = ['created', 'changed', 'pruned', 'kept', 'refused', 'uncertain', 'unchanged'];

function tally(objects: readonly ObjectDifference[]): string {
  const counts = words.flatMap((word) => {
    const number = objects.filter(({ change }) => change === word).length;
    return number === 0 ? [] : [`${number} ${word}`];
  });
  return counts.length === 0 ? 'no objects' : counts.join(', ');
}

function objectText({ change, ref, origin, message, before, after }: ObjectDifference, style: Style): string {
  const name = `${ref.kind} ${ref.namespace === undefined ? '' : `${ref.namespace}/`}${ref.name}`;
  const place = origin === undefined ? '' : `  ${style.dim(`${origin.file}:${origin.line}`)}`;
  const head = `${painted(change, style)} ${style.bold(name)}${place}${message === undefined ? '' : `: ${printable(message)}`}\n`;
  if (before === undefined && after === undefined) return head;
  const files = `--- ${before === undefined ? '/dev/null' : `live ${name}`}\n+++ ${after === undefined ? '/dev/null' : `git ${name}`}\n`;
  return head + [...`${files}${hunks(before, after)}`.trimEnd().split('\n')].map((line) => `${paintLine(printable(line), style)}\n`).join('');
}

function hunks(before: KubeObject | undefined, after: KubeObject | undefined): string {
  const text = (object: KubeObject | undefined): string => (object === undefined ? '' : printYaml(object, { sortKeys: true }));
  return unifiedDiff(text(before), text(after));
}

function painted(change: Change, style: Style): string {
  switch (change) {
    case 'created':
      return style.green(change);
    case 'changed':
    case 'kept':
    case 'uncertain':
      return style.yellow(change);
    case 'pruned':
    case 'refused':
      return style.red(change);
    case 'unchanged':
      return style.dim(change);
  }
}

function paintLine(line: string, style: Style): string {
  if (line.startsWith('@@')) return style.cyan(line);
  if (line.startsWith('+')) return style.green(line);
  return line.startsWith('-') ? style.red(line) : line;
}
