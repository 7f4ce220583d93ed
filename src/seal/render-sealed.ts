import { randomBytes } from 'node:crypto';
import { SecretBytes } from '../lib/secret-bytes.ts';
import { externalSecretFunctions } from '../template/external-secret-functions.ts';
import { renderTemplate } from '../template/render.ts';
import { LimitError, TemplateError } from '../template/template-error.ts';
import { fromText } from '../template/value/byte-string.ts';
import { stringMap } from '../template/value/go-type.ts';
import { createMeter, defaultLimits } from '../template/worker/limits.ts';
import { SealError } from './seal-error.ts';
import type { RenderSealed } from './unseal-text.ts';

/**
 * Renders the templates of a SealedSecret in this process, for a person who opens one with its private key at hand: over the opened
 * values and the texts of the other templates, of which the former win. What is missing is `<no value>`. (Source: Sealed Secrets since 0.37.)
 */
export const renderSealed: RenderSealed = async (templates, opened) => {
  const texts = [...templates].map(([key, text]) => [fromText(key), fromText(text)] as const);
  const values = [...opened].map(([key, value]) => [fromText(key), Buffer.from(value.reveal()).toString('latin1')] as const);
  const data = stringMap([...texts, ...values]);
  return new Map([...templates].map(([key, text]) => [key, render(key, text, data)]));
};

function render(key: string, text: string, data: ReturnType<typeof stringMap>): SecretBytes {
  const context = { meter: createMeter(defaultLimits), now: () => BigInt(Date.now()) * 1_000_000n, random: (size: number) => randomBytes(size) };
  try {
    const output = renderTemplate({ name: fromText(key), text: fromText(text), data, functions: externalSecretFunctions }, context);
    return new SecretBytes(Buffer.from(output, 'latin1'));
  } catch (error) {
    // neither holds a value that came from data
    if (error instanceof TemplateError) throw new SealError(error.message);
    if (error instanceof LimitError) throw new SealError(`template: ${key}: ${error.message}`);
    throw error;
  }
}
