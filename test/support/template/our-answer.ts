import { randomBytes } from 'node:crypto';
import { externalSecretFunctions } from '../../../src/template/external-secret-functions.ts';
import { type RenderOptions, renderTemplate } from '../../../src/template/render.ts';
import { LimitError, TemplateError } from '../../../src/template/template-error.ts';
import { fromText } from '../../../src/template/value/byte-string.ts';
import type { CallContext } from '../../../src/template/value/value.ts';
import type { TemplateCase } from './corpus.ts';
import { decodeData } from './decode-data.ts';
import type { Answer } from './oracle.ts';

/** What our engine makes of a case, with all functions. Errors are in full, as Go says them. */
export function ourAnswer(one: TemplateCase, context: CallContext = testContext()): Answer {
  try {
    return { output: renderCase(one, context) };
  } catch (error) {
    if (error instanceof LimitError) return { error: error.message, stage: 'limit' };
    if (!(error instanceof TemplateError)) throw error;
    return { error: Buffer.from(error.detail.reveal()).toString('latin1'), stage: error.position.column === undefined ? 'parse' : 'execute' };
  }
}

/**
 * Renders a case with our engine and all functions.
 * @throws what the engine throws
 */
export function renderCase({ text, encoding, data, missingKey, delimiters }: TemplateCase, context: CallContext): string {
  const options: RenderOptions = {
    name: 't',
    text: encoding === 'latin1' ? text : fromText(text),
    data: decodeData(data),
    functions: externalSecretFunctions,
    // Go knows two names for the same
    missingKey: missingKey === 'invalid' ? 'default' : (missingKey ?? 'default'),
    ...(delimiters === undefined ? {} : { delimiters: toDelimiters(delimiters) }),
  };
  return renderTemplate(options, context);
}

function toDelimiters([left, right]: readonly [string, string]): readonly [string, string] {
  return [fromText(left), fromText(right)];
}

/** A clock, real randomness, and a meter that ends what goes on for about a second. */
export function testContext(limits: { readonly steps: number; readonly bytes: number } = { steps: 5_000_000, bytes: 256 << 20 }): CallContext {
  let { steps, bytes } = limits;
  const take = (what: string, left: number): void => {
    if (left < 0) throw new LimitError(`the template takes too many ${what}`);
  };
  return {
    meter: {
      step: (count = 1) => take('steps', (steps -= count)),
      allocate: (count) => take('bytes', (bytes -= count)),
    },
    now: () => BigInt(Date.now()) * 1_000_000n,
    random: (size) => randomBytes(size),
  };
}
