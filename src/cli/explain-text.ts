import type { ConsumerFacts, DeclarationFacts, Explanation, KeyFacts } from '../app/explain/explanation.ts';
import type { Io } from './io.ts';
import { count } from './problem-lines.ts';
import { pad, type Style, styleFor, table, wrap } from './style.ts';

/** An explanation for people. */
export function explainText(explanation: Explanation, io: Io): string {
  const style = styleFor(io);
  const columns = io.isTerminal ? io.columns : Number.POSITIVE_INFINITY;
  const { declarations, keys, consumers, unknown } = explanation;
  const blocks = [
    head(explanation, style),
    ...declarations.map((one) => declarationText(one, { namespace: explanation.namespace, style, columns })),
    ...(keys.length === 0 ? [] : [table(['KEY', 'FROM', 'REMOTE KEY', 'PROPERTY', 'VERSION', 'READ'].map(style.dim), keys.map((key) => keyRow(key, style)), columns)]),
    consumers.length === 0 ? style.dim('No workload in the namespace needs it.\n') : table(['USED BY', 'NAME', 'KEY', 'FIELD'].map(style.dim), consumers.map((one) => consumerRow(one, style)), columns),
    unknown.map((problem) => wrap(`${style.yellow('not known:')} ${problem}`, columns)).join(''),
  ];
  return blocks.filter((block) => block !== '').join('\n');
}

function head({ namespace, name, secret, declarations, otherMaker, runtimeMakers, pushedBy }: Explanation, style: Style): string {
  const title = style.bold(`Secret ${namespace}/${name}`);
  const nobody = declarations.length === 0 && runtimeMakers.length === 0;
  const state =
    secret === undefined
      ? style.red(nobody ? 'does not exist, and no ExternalSecret declares it' : 'does not exist yet')
      : `${count(secret.keys.length, 'key')}${secret.writtenAt === undefined ? '' : `, written ${secret.writtenAt}`}`;
  const maker = secret !== undefined && otherMaker !== undefined ? line('made by', otherMaker, style) : '';
  const unmade = secret !== undefined && nobody && otherMaker === undefined ? line('made by', 'nobody that is known', style) : '';
  const running = runtimeMakers.length === 0 ? '' : line('made by', `${runtimeMakers.join(', ')}, as it runs`, style);
  return `${title}  ${state}\n${running}${maker}${unmade}${pushedBy.length === 0 ? '' : line('pushed by', pushedBy.map((one) => `PushSecret ${namespace}/${one}`).join(', '), style)}`;
}

interface TextContext {
  readonly namespace: string;
  readonly style: Style;
  readonly columns: number;
}

function declarationText({ name, from, owns, creationPolicy, condition, git, refresh }: DeclarationFacts, { namespace, style, columns }: TextContext): string {
  const via = from === undefined ? '' : `, of ClusterExternalSecret ${from}`;
  const verdict = condition === undefined ? 'not reconciled yet' : `${condition.status === 'True' ? style.green('Ready') : style.red('not ready')} since ${condition.since} (${condition.reason})`;
  const commit = git === undefined ? 'no Application tracks it' : `Application ${git.application}${git.revision === undefined ? '' : ` at ${git.revision}`}${git.deployedAt === undefined ? '' : `, deployed ${git.deployedAt}`}${git.state === undefined ? '' : ` (${git.state})`}`;
  const place = git?.repository === undefined ? '' : line('', `${git.path === undefined ? '' : `${git.path} in `}${git.repository}`, style);
  return [
    line(owns ? 'made by' : 'declared by', `ExternalSecret ${namespace}/${name}${via} (creationPolicy ${creationPolicy})`, style),
    line('state', verdict, style),
    ...(condition === undefined || condition.message === '' ? [] : [wrap(condition.message, columns, ' '.repeat(labelWidth))]),
    line('commit', commit, style),
    place,
    line('refreshed', `${refresh.last ?? 'never'}${refresh.next === undefined ? '' : `, next ${refresh.next}`}`, style),
    line('', refresh.rule, style),
  ].join('');
}

const labelWidth = 13;

function line(label: string, text: string, style: Style): string {
  return `${style.dim(pad(label, labelWidth))}${text}\n`;
}

function keyRow({ key, live, origin, readAt = '' }: KeyFacts, style: Style): readonly string[] {
  const name = live ? key : `${key} ${style.yellow('(not there yet)')}`;
  switch (origin.kind) {
    case 'store':
      return [name, origin.store, origin.key, origin.property ?? '', origin.version ?? '', readAt];
    case 'generator':
      return [name, origin.generator, origin.key, '', '', readAt];
    case 'template':
      return [name, 'its template', '', '', '', readAt];
    case 'unknown':
      return [name, origin.why, '', '', '', ''];
  }
}

function consumerRow({ kind, name, key, path }: ConsumerFacts, style: Style): readonly string[] {
  return [kind, name, key ?? style.dim('all'), path];
}
