import { Command, Option } from 'commander';
import { parseNames, UsageError } from '../app/options.ts';
import { contextOption, kubeconfigOption, usageOption } from './command-options.ts';
import type { Done, Io } from './io.ts';
import { sealedTakeoverCommand } from './sealed-takeover-command.ts';

interface Flags {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly namespace: readonly string[];
  readonly controllerClass: string;
  readonly check?: true;
  readonly apply?: true;
  readonly scaleDown?: true;
  readonly removeWebhooks?: true;
  readonly output: 'text' | 'json';
}

const help = `
Examples:
  prelude takeover eso --check --context prod
  prelude takeover eso --apply --scale-down --context prod

--apply has Helm keep the definitions, stops the controllers (with
--scale-down), removes admission webhooks that nobody answers and takes the
finalizers of External Secrets off Namespaces. It deletes nothing else, and
doing it twice does nothing more.

Exit codes: 0 nothing is in the way, 1 something is, 2 bad usage.`;

/** `prelude takeover`. */
export function takeoverCommand(io: Io, signal: AbortSignal, done: Done): Command {
  const eso = new Command('eso')
    .description('Take over from External Secrets Operator: say what is in the way, or make way.')
    .option('--check', 'say what is in the way and what to do, and write nothing (unless told)')
    .option('--apply', 'do what can be done by a machine without loss')
    .option('--scale-down', "with --apply: stop upstream's controllers of the same class")
    .option('--remove-webhooks', "with --apply: remove upstream's admission webhooks, answered ones too")
    .option('--controller-class <name>', 'the class that Prelude is to serve', 'default')
    .addOption(usageOption('--namespace <names>', 'look at objects of these namespaces only', (text) => parseNames('--namespace', text)).default([], 'all'))
    .addOption(kubeconfigOption())
    .addOption(contextOption())
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(['text', 'json']).default('text'))
    .addHelpText('after', help)
    .action(async ({ kubeconfig, context, ...flags }: Flags) => {
      if (flags.check === true && flags.apply === true) throw new UsageError('--check writes nothing and --apply does; choose one');
      if (flags.apply !== true && (flags.scaleDown ?? flags.removeWebhooks) === true) throw new UsageError('--scale-down and --remove-webhooks go with --apply');
      const { takeover } = await import('./takeover.ts');
      done(
        await takeover(
          {
            cluster: { kind: 'kubernetes', kubeconfig, context },
            mode: flags.apply === true ? 'apply' : 'check',
            controllerClass: flags.controllerClass,
            namespaces: flags.namespace,
            scaleDown: flags.scaleDown === true,
            removeWebhooks: flags.removeWebhooks === true,
            output: flags.output,
          },
          io,
          signal,
        ),
      );
    });
  return new Command('takeover').description('Take over from another controller.').addCommand(eso).addCommand(sealedTakeoverCommand(io, signal, done)).addHelpText('after', '\nExample:\n  prelude takeover eso --check');
}
