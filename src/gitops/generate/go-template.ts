import { randomBytes } from 'node:crypto';
import type { MissingParameter } from '../../api/application-set-spec.ts';
import { LruMap } from '../../lib/lru-map.ts';
import { execute } from '../../template/evaluate/execute.ts';
import { type ParsedTemplate, parseTemplate } from '../../template/parse/parse-template.ts';
import { LimitError } from '../../template/template-error.ts';
import { fromText, toText } from '../../template/value/byte-string.ts';
import { createMeter } from '../../template/worker/limits.ts';
import { toMap } from '../render/helm/engine/chart-value.ts';
import type { RenderText } from './render-text.ts';
import { setFunctions } from './set-functions.ts';

/** Of all texts of one ApplicationSet together: they are rendered in this thread, so nobody may hold it up for long. */
const limits = { steps: 3_000_000, allocatedBytes: 64 * 1024 * 1024 };
/** Bytes of templates that stay parsed: an ApplicationSet has few, and renders each once for every Application. */
const mostParsed = 256 * 1024;

/** Renders Go's templates with sprig, all within one budget; nothing they can call reads or asks anything. @param now milliseconds since the epoch */
export function createGoTemplates(missingKey: MissingParameter, now: () => number): RenderText {
  const parsed = new LruMap<ParsedTemplate>(mostParsed, ({ source }) => source.length);
  const context = { meter: createMeter(limits), now: () => BigInt(Math.trunc(now())) * 1_000_000n, random: (size: number) => randomBytes(size) };
  const parseOnce = (text: string, name: string): ParsedTemplate => {
    const key = `${name}\n${text}`;
    const template = parsed.get(key) ?? parseTemplate({ name: fromText(name), text: fromText(text) }, setFunctions);
    parsed.set(key, template);
    return template;
  };
  return (text, parameters, name) => {
    if (!text.includes('{{')) return text;
    try {
      return toText(execute({ template: parseOnce(text, name), functions: setFunctions, missingKey, context }, toMap(parameters)));
    } catch (error) {
      if (error instanceof LimitError) throw new LimitError(`the templates of this ApplicationSet take too much: ${error.message}`);
      // what V8 throws where the stack, a text or a list cannot grow any more
      if (error instanceof RangeError) throw new LimitError('a template nests too deep, or grows too large');
      throw error;
    }
  };
}
