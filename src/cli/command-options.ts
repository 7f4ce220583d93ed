import { InvalidArgumentError, Option } from 'commander';
import { rendererNames } from '../gitops/render/renderer-choice.ts';
import { parseGenericTarget, parseRepository, parseWait, type RepositoryMapping, UsageError } from '../app/options.ts';

/** An option whose parser throws UsageErrors; commander wants its own error to print usage with exit code 2. */
export function usageOption(flags: string, description: string, read: (text: string) => unknown): Option {
  return new Option(flags, description).argParser((text: string) => {
    try {
      return read(text);
    } catch (error) {
      throw error instanceof UsageError ? new InvalidArgumentError(error.message) : error;
    }
  });
}

/** `--repo`, as often as it is said. */
export function repoOption(): Option {
  return new Option('--repo <URL=PATH>', 'read the repository URL from the folder PATH; may be repeated')
    .argParser((text: string, before: readonly RepositoryMapping[]) => {
      try {
        return [...before, parseRepository(text)];
      } catch (error) {
        throw error instanceof UsageError ? new InvalidArgumentError(error.message) : error;
      }
    })
    .default([], 'none');
}

/** `--renderer`. */
export function rendererOption(): Option {
  return new Option('--renderer <name>', 'who renders charts of Applications that do not say: builtin, or helm, the program').choices(rendererNames).default('builtin');
}

/** `--kubeconfig`. */
export function kubeconfigOption(): Option {
  return new Option('--kubeconfig <file>', 'kubeconfig to use (KUBECONFIG, ~/.kube/config or the pod\'s own account unless told)');
}

/** `--context`. */
export function contextOption(): Option {
  return new Option('--context <name>', 'context of the kubeconfig');
}

/** An option that takes a positive duration. */
export function waitOption(flags: string, description: string, standard: string): Option {
  const name = flags.split(' ')[0] ?? flags;
  return usageOption(flags, description, (text) => parseWait(name, text)).default(parseWait(name, standard), standard);
}

/** `--generic-target`, as often as wanted. */
export function genericTargetOption(): Option {
  const collect = (text: string, before: ReturnType<typeof parseGenericTarget>): ReturnType<typeof parseGenericTarget> => {
    try {
      return [...before, ...parseGenericTarget(text)];
    } catch (error) {
      throw error instanceof UsageError ? new InvalidArgumentError(error.message) : error;
    }
  };
  return new Option('--generic-target <kind>', 'a kind beside Secret that ExternalSecrets may make, as GROUP/VERSION/KIND, like v1/ConfigMap; may be repeated').argParser(collect).default([], 'none');
}
