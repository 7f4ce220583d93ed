import type { Explanation } from '../app/explain/explanation.ts';
import type { SecretName } from '../app/explain/explain-secret.ts';
import { runExplain } from '../app/explain/run-explain.ts';
import type { ClusterOptions } from '../app/options.ts';
import { systemClock } from '../lib/clock.ts';
import { createLog } from '../lib/log.ts';
import { printYaml } from '../lib/yaml-print.ts';
import { explainText } from './explain-text.ts';
import type { ExitCode, Io } from './io.ts';
import { printable } from './printable.ts';
import { tellFailure } from './tell-failure.ts';

export interface ExplainOptions {
  readonly cluster: ClusterOptions;
  readonly secret: SecretName;
  readonly output: 'text' | 'json' | 'yaml';
}

/**
 * `prelude explain secret NAMESPACE/NAME`: where it came from, who uses it, when it is refreshed; never a value.
 * @returns 1 where there is neither a Secret nor anything that declares it, or makes it as it runs
 */
export async function explain({ output, ...options }: ExplainOptions, io: Io, signal: AbortSignal): Promise<ExitCode> {
  const log = createLog({ level: 'error', destination: { write: (line) => io.err.write(line) } });
  try {
    const explanation = await runExplain(options, { clock: systemClock, log }, signal);
    io.out.write(print(explanation, output, io));
    return explanation.secret === undefined && explanation.declarations.length === 0 && explanation.runtimeMakers.length === 0 ? 1 : 0;
  } catch (error) {
    return tellFailure(error, io);
  }
}

function print(explanation: Explanation, output: ExplainOptions['output'], io: Io): string {
  switch (output) {
    case 'text':
      return explainText(printable(explanation), io);
    case 'json':
      return `${JSON.stringify(explanation, null, 2)}\n`;
    case 'yaml':
      return printYaml(explanation);
  }
}
