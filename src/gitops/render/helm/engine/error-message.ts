import type { SecretBytes } from '../../../../lib/secret-bytes.ts';
import { FunctionError, TemplateError } from '../../../../template/template-error.ts';

/** No message is longer, however much of a template or its values it quotes. */
const longest = 4_000;

/** A template of a chart that cannot be parsed, in Helm's words: where, and the last part of what Go says. */
export function parseMessage(error: TemplateError): string {
  const parts = textOf(error.detail).split(': ');
  return shortened(`parse error at (${parts[1] ?? ''}): ${parts.at(-1) ?? ''}`);
}

/**
 * A template of a chart that cannot be executed, in Helm's words: what the chart says itself where it fails on purpose; else, where all
 * of the chain of templates is known, one of them after the other; else what Go says.
 */
export function executionMessage(error: TemplateError): string {
  const whole = textOf(error.detail);
  const [, location, rest] = /^[^]*?: ([^]*?): ([^]*)$/.exec(whole) ?? [];
  if (location === undefined || rest === undefined) return shortened(whole);
  const [, said] = /HELM_ERR_START([^]*)HELM_ERR_END/.exec(rest) ?? [];
  if (said !== undefined) return shortened(`execution error at (${location}): ${said}`);
  const steps: Step[] = [];
  for (const text of chainOf(error)) {
    const step = readStep(text);
    if (step === undefined) return shortened(whole);
    const last = steps.at(-1);
    if (last === undefined || !isSame(last, step)) steps.push(step);
  }
  return shortened(steps.map(describe).join('').trim());
}

/** The places of an error of confidential values, outermost first, and none of its text. */
export function confidentialMessage(error: TemplateError): string {
  const places: string[] = [];
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (!(cause instanceof TemplateError)) continue;
    const { line, column } = cause.position;
    const [, name = ''] = /^template: ([^\s:"]*):/.exec(cause.message) ?? [];
    places.push(column === undefined ? `${name}:${line}` : `${name}:${line}:${column}`);
  }
  const what = error.position.column === undefined ? 'parse error' : 'execution error';
  return `${what} at (${places.join('), from (')}): what is wrong is not shown, because the values hold secrets`;
}

/** What Go's errors.Unwrap comes by: each function that rendered a template, and what that failed with. */
function* chainOf(error: TemplateError): Generator<string> {
  yield textOf(error.detail);
  let cause = error.cause;
  while (cause instanceof FunctionError) {
    const said = textOf(cause.detail);
    yield said;
    if (!(cause.cause instanceof TemplateError)) return;
    // what `include` fails with is the error of the template; `tpl` has words of its own before it
    if (textOf(cause.cause.detail) !== said) yield textOf(cause.cause.detail);
    cause = cause.cause.cause;
  }
}

interface Step {
  readonly location: string;
  readonly executing: string;
  readonly message: string;
}

/** Takes one of Go's messages apart; of errors within it nothing is kept. */
function readStep(text: string): Step | undefined {
  if (!text.startsWith('template: ')) return undefined;
  const rest = text.slice('template: '.length);
  if (rest.startsWith('no template ')) return { location: '', executing: '', message: text };
  return readExecuting(rest) ?? readSimple(rest);
}

function readExecuting(rest: string): Step | undefined {
  const [, location = '', name = '', context = '', message] = /^([^]*?): executing "([^"]*)" at <([^]*?)>: ([^]*)$/.exec(rest) ?? [];
  if (message === undefined || location.includes(': executing ')) return undefined;
  return { location, executing: `executing "${name}" at <${context}>:`, message: beforeInner(message) };
}

function readSimple(rest: string): Step | undefined {
  const at = rest.lastIndexOf(': ');
  return at < 0 ? undefined : { location: rest.slice(0, at), executing: '', message: beforeInner(rest.slice(at + 2)) };
}

function beforeInner(message: string): string {
  const at = message.indexOf(' template:');
  return at < 0 ? message : message.slice(0, at);
}

function isSame(left: Step, right: Step): boolean {
  return left.location === right.location && left.executing === right.executing && left.message === right.message;
}

function describe({ location, executing, message }: Step): string {
  const lines = [location === '' ? '' : `${location}\n  `, executing === '' ? '' : `${executing}\n    `, message === '' ? '' : `${message}\n`];
  return lines.join('');
}

function textOf(detail: SecretBytes): string {
  return Buffer.from(detail.reveal()).toString('utf8');
}

function shortened(message: string): string {
  return message.length > longest ? `${message.slice(0, longest / 2)} … ${message.slice(-longest / 2)}` : message;
}
