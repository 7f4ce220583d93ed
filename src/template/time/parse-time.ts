import { FunctionError } from '../template-error.ts';
import type { Meter } from '../value/value.ts';
import { nextChunk } from './layout.ts';
import { Moment } from './moment.ts';
import { quoteTime } from './quote-time.ts';
import { TimeFields } from './time-fields.ts';
import { momentOf } from './time-of-fields.ts';

/**
 * Go's time.ParseInLocation for the local zone, which here is UTC.
 * @param layout and `text` are byte strings
 * @throws FunctionError
 */
export function parseTime(layout: string, text: string, meter?: Meter): Moment {
  meter?.step((layout.length + text.length) / 10);
  const result = readTime(layout, text);
  if (result instanceof Moment) return result;
  throw new FunctionError(result.message, `parsing time ${quoteTime(text)}${result.detail()}`);
}

/** Why a text is no time. */
interface TimeProblem {
  /** It quotes nothing. */
  readonly message: string;
  /** What Go says behind the text that it quotes. */
  readonly detail: () => string;
}

/** As `parseTime`, for whoever only wants to know: a problem is an answer. */
export function readTime(layout: string, text: string): Moment | TimeProblem {
  const fields = new TimeFields(text);
  for (let from = 0; ; ) {
    const { literal, element, source, end } = nextChunk(layout, from);
    if (!fields.skip(literal)) return mismatch(layout, literal, fields.rest);
    if (element === undefined) break;
    const before = fields.rest;
    const problem = fields.read(element, source, () => nextChunk(layout, end).element);
    if (problem !== undefined) return problem === 'bad' ? mismatch(layout, source, before) : wrong(`${problem} out of range`);
    from = end;
  }
  if (fields.rest !== '') return wrong('there is text after the time', () => `: extra text: ${quoteTime(fields.rest)}`);
  const result = momentOf(fields);
  return typeof result === 'string' ? wrong(result) : result;
}

function mismatch(layout: string, element: string, rest: string): TimeProblem {
  return {
    message: 'the text is not a time of this layout',
    detail: () => ` as ${quoteTime(layout)}: cannot parse ${quoteTime(rest)} as ${quoteTime(element)}`,
  };
}

function wrong(problem: string, detail = (): string => `: ${problem}`): TimeProblem {
  return { message: `the text is not a time: ${problem}`, detail };
}
