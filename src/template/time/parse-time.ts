import { FunctionError } from '../template-error.ts';
import type { Meter } from '../value/value.ts';
import { nextChunk } from './layout.ts';
import type { Moment } from './moment.ts';
import { quoteTime } from './quote-time.ts';
import type { FieldProblem } from './time-fields.ts';
import { TimeFields } from './time-fields.ts';
import { momentOf } from './time-of-fields.ts';

/**
 * Go's time.ParseInLocation for the local zone, which here is UTC.
 * @param layout and `text` are byte strings
 * @throws FunctionError
 */
export function parseTime(layout: string, text: string, meter?: Meter): Moment {
  meter?.step((layout.length + text.length) / 10);
  const fields = new TimeFields(text);
  for (let from = 0; ; ) {
    const { literal, element, source, end } = nextChunk(layout, from);
    if (!fields.skip(literal)) throw mismatch(layout, text, literal, fields.rest);
    if (element === undefined) break;
    const before = fields.rest;
    const problem = fields.read(element, source, () => nextChunk(layout, end).element);
    if (problem !== undefined) throw readError(problem, { layout, text, source, before });
    from = end;
  }
  if (fields.rest !== '') throw withDetail(text, 'there is text after the time', `: extra text: ${quoteTime(fields.rest)}`);
  const result = momentOf(fields);
  if (typeof result === 'string') throw withDetail(text, result, `: ${result}`);
  return result;
}

interface Place {
  readonly layout: string;
  readonly text: string;
  /** The element of the layout. */
  readonly source: string;
  /** What was left of the text before it. */
  readonly before: string;
}

function readError(problem: FieldProblem, { layout, text, source, before }: Place): FunctionError {
  return problem === 'bad' ? mismatch(layout, text, source, before) : withDetail(text, `${problem} out of range`, `: ${problem} out of range`);
}

function mismatch(layout: string, text: string, element: string, rest: string): FunctionError {
  const detail = `parsing time ${quoteTime(text)} as ${quoteTime(layout)}: cannot parse ${quoteTime(rest)} as ${quoteTime(element)}`;
  return new FunctionError('the text is not a time of this layout', detail);
}

function withDetail(text: string, message: string, detail: string): FunctionError {
  return new FunctionError(`the text is not a time: ${message}`, `parsing time ${quoteTime(text)}${detail}`);
}
