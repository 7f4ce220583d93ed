import { z } from 'zod';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { Generated, Generator } from '../../src/provider/generator.ts';

const schema = z.object({ data: z.record(z.string(), z.string()).default({}) });

type ScriptedSpec = z.output<typeof schema>;

/** A generator that counts its runs and writes down what is taken back. Its kind is `Fake`, whose spec may hold any texts. */
export interface ScriptedGenerator {
  readonly generator: Generator<ScriptedSpec>;
  readonly runs: () => number;
  /** The states of what was taken back. */
  readonly takenBack: unknown[];
  /** How a run answers; a test replaces it. At first: what the spec holds, and the number of the run as `run`. */
  generate: (spec: ScriptedSpec, run: number) => Promise<Generated>;
}

export function createScriptedGenerator(): ScriptedGenerator {
  let runs = 0;
  const script: ScriptedGenerator = {
    runs: () => runs,
    takenBack: [],
    generate: async ({ data }, run) => ({ values: new Map(Object.entries({ ...data, run: String(run) }).map(([key, text]) => [key, SecretBytes.fromUtf8(text)])) }),
    generator: {
      kind: 'Fake',
      schema,
      environment: [],
      credentials: () => [],
      generate: (spec) => {
        runs += 1;
        return script.generate(spec, runs);
      },
      cleanup: async (_spec, state) => void script.takenBack.push(state),
    },
  };
  return script;
}
