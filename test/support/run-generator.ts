import { formatErrors, parse } from '../../src/api/schema.ts';
import type { Generator } from '../../src/provider/generator.ts';
import { noContext } from './generator-context.ts';

/** What a generator that asks nobody gives for a spec, as text. */
export async function runGenerator<Spec>(generator: Generator<Spec>, spec: unknown): Promise<Readonly<Record<string, string>>> {
  const parsed = parse(generator.schema, spec);
  if (!parsed.ok) throw new Error(formatErrors(parsed.errors));
  const { values } = await generator.generate(parsed.value, noContext, new AbortController().signal);
  return Object.fromEntries([...values].map(([key, value]) => [key, Buffer.from(value.reveal()).toString('utf8')]));
}

/** What is wrong with a spec. */
export function specProblem<Spec>(generator: Generator<Spec>, spec: unknown): string | undefined {
  const parsed = parse(generator.schema, spec);
  return parsed.ok ? undefined : formatErrors(parsed.errors);
}
