import { randomBytes } from 'node:crypto';
import { LruMap } from '../../lib/lru-map.ts';
import { YamlError } from '../../lib/yaml-error.ts';
import { execute } from '../evaluate/execute.ts';
import { type ParsedTemplate, parseTemplate } from '../parse/parse-template.ts';
import type { RenderProblem } from '../renderer.ts';
import { LimitError, TemplateError } from '../template-error.ts';
import { toText } from '../value/byte-string.ts';
import type { FunctionMap } from '../value/go-function.ts';
import { toBytes } from '../value/byte-string.ts';
import { decodeStringMap } from '../yaml/decode-string-map.ts';
import { GoYamlError } from '../yaml/read/go-yaml-error.ts';
import { createMeter, type RenderLimits, sizeText } from './limits.ts';
import type { UnpackedJob } from './packed-request.ts';
import { type PackedValues, packValues, sizeOfValues } from './packed-values.ts';

/** What became of one job. */
export type JobResult = JobOutput | { readonly kind: 'problem'; readonly problem: RenderProblem };
type JobOutput = { readonly kind: 'text'; readonly output: Uint8Array<ArrayBuffer> } | ({ readonly kind: 'stringMap' } & PackedValues);

export interface RenderJobsOptions {
  readonly limits: RenderLimits;
  readonly functions: FunctionMap;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Bytes of the templates that stay parsed. A template takes up to a hundred times its size once it is parsed. */
const mostParsedBytes = 256 * 1024;

/** No message is longer, however much of its template it quotes. */
const longestMessage = 2_000;

/** @returns what renders the jobs of a request, one after the other as its results are asked for; it keeps parsed templates between requests */
export function createJobRenderer(options: RenderJobsOptions): (jobs: readonly UnpackedJob[]) => Generator<JobResult> {
  const parsed = new LruMap<ParsedTemplate>(mostParsedBytes, ({ source }) => source.length);
  return function* renderJobs(jobs) {
    let outputLeft = options.limits.outputBytes;
    for (const job of jobs) {
      const result = renderJob(job, parsed, outputLeft, options);
      if (result.kind !== 'problem') outputLeft -= sizeOf(result);
      yield result;
    }
  };
}

function renderJob(job: UnpackedJob, parsed: LruMap<ParsedTemplate>, outputLeft: number, { limits, functions, now }: RenderJobsOptions): JobResult {
  const context = { meter: createMeter(limits), now: () => BigInt(now()) * 1_000_000n, random: (size: number) => randomBytes(size) };
  try {
    const template = parseOnce(job, parsed, functions);
    const text = execute({ template, functions, missingKey: job.shape === 'flat' ? 'error' : 'default', context }, job.data);
    const output = text.length > outputLeft ? undefined : outputOf(job, text, limits);
    if (output === undefined || sizeOf(output) > outputLeft) throw new LimitError(`the output is larger than ${sizeText(limits.outputBytes)}, with those before it`);
    return output;
  } catch (error) {
    return { kind: 'problem', problem: problemOf(error, job) };
  }
}

/** A text becomes keys and values under limits of its own, which are as large as those under which it was rendered. */
function outputOf({ output }: UnpackedJob, text: string, limits: RenderLimits): JobOutput {
  if (output === 'text') return { kind: 'text', output: ownBytes(text) };
  return { kind: 'stringMap', ...packValues(decodeStringMap(toBytes(text), createMeter(limits))) };
}

function sizeOf(output: JobOutput): number {
  return output.kind === 'text' ? output.output.length : sizeOfValues(output);
}

/** Templates that come from a Secret do not stay. */
function parseOnce({ name, template: text, isConfidential }: UnpackedJob, parsed: LruMap<ParsedTemplate>, functions: FunctionMap): ParsedTemplate {
  if (isConfidential) return parseTemplate({ name, text }, functions);
  const key = `${name}\n${text}`;
  const known = parsed.get(key);
  if (known !== undefined) return known;
  const template = parseTemplate({ name, text }, functions);
  parsed.set(key, template);
  return template;
}

/** Bytes in a buffer of their own, which can change hands. */
function ownBytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  Buffer.from(bytes.buffer).write(text, 'latin1');
  return bytes;
}

function problemOf(error: unknown, { name, isConfidential }: UnpackedJob): RenderProblem {
  const prefix = `template: ${toText(name)}`;
  if (error instanceof LimitError || error instanceof RangeError) {
    // what V8 throws where the stack, a string or a list cannot grow any more
    const reason = error instanceof LimitError ? error.message : 'it nests too deep, or grows too large';
    return { kind: 'limit', message: `${prefix}: ${isConfidential ? 'it takes more time, memory or output than it may' : reason}` };
  }
  if (error instanceof TemplateError) {
    const message = isConfidential ? withoutText(error, prefix) : shortened(error.message);
    return { kind: 'template', message, ...(isParseError(error) ? { isMalformed: true } : {}) };
  }
  if (error instanceof YamlError) return { kind: 'template', message: shortened(yamlMessage(error, isConfidential)) };
  // a fault of ours: its message may hold anything, its class does not
  return { kind: 'template', message: `${prefix}: it cannot be rendered, by a fault of Prelude (${error instanceof Error ? error.name : typeof error})` };
}

/** Neither what is wrong with the syntax nor what is wrong with an entry quotes the text; a confidential one is not described either. */
function yamlMessage(error: YamlError, isConfidential: boolean): string {
  const problem = isConfidential && !(error instanceof GoYamlError) ? 'it is not a map whose values are strings, numbers and booleans' : error.problem;
  return `the rendered text is not valid YAML: ${problem} (line ${error.line})`;
}

function isParseError({ position }: TemplateError): boolean {
  return position.column === undefined;
}

/** Of the parts of Go's message those that quote nothing of the template. */
function withoutText(error: TemplateError, prefix: string): string {
  const { line, column } = error.position;
  return isParseError(error) ? `${prefix}:${line}: it cannot be parsed` : `${prefix}:${line}:${column}: it cannot be rendered`;
}

function shortened(message: string): string {
  return message.length > longestMessage ? `${message.slice(0, longestMessage)}…` : message;
}
