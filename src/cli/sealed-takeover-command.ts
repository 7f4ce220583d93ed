import { Command, Option } from 'commander';
import { UsageError } from '../app/options.ts';
import { contextOption, kubeconfigOption } from './command-options.ts';
import type { Done, Io } from './io.ts';

interface Flags {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly check?: true;
  readonly apply?: true;
  readonly scaleDown?: true;
  readonly output: 'text' | 'json';
}

const help = `
Examples:
  prelude takeover sealed-secrets --check --context prod
  prelude takeover sealed-secrets --apply --scale-down --context prod

--apply stops the controllers of Sealed Secrets (with --scale-down) and writes
nothing else: keys, SealedSecrets and Secrets are used as they are, by it again
when you go back.

Exit codes: 0 nothing is in the way, 1 something is, 2 bad usage.`;

/** `prelude takeover sealed-secrets`. */
export function sealedTakeoverCommand(io: Io, signal: AbortSignal, done: Done): Command {
  return new Command('sealed-secrets')
    .description('Take over from Sealed Secrets: say what is in the way, or make way.')
    .option('--check', 'say what is in the way and what to do, and write nothing (unless told)')
    .option('--apply', 'do what can be done by a machine without loss')
    .option('--scale-down', "with --apply: stop upstream's controllers")
    .addOption(kubeconfigOption())
    .addOption(contextOption())
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(['text', 'json']).default('text'))
    .addHelpText('after', help)
    .action(async ({ kubeconfig, context, ...flags }: Flags) => {
      if (flags.check === true && flags.apply === true) throw new UsageError('--check writes nothing and --apply does; choose one');
      if (flags.apply !== true && flags.scaleDown === true) throw new UsageError('--scale-down goes with --apply');
      const { sealedTakeover } = await import('./sealed-takeover.ts');
      const kubectlFlags = `${kubeconfig === undefined ? '' : ` --kubeconfig ${kubeconfig}`}${context === undefined ? '' : ` --context ${context}`}`;
      done(await sealedTakeover({ cluster: { kind: 'kubernetes', kubeconfig, context }, mode: flags.apply === true ? 'apply' : 'check', scaleDown: flags.scaleDown === true, kubectlFlags }, flags.output, io, signal));
    });
}
