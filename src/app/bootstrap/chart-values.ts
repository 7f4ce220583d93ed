import { z } from 'zod';
import { formatErrors, parse } from '../../api/schema.ts';
import { parseYaml } from '../../lib/yaml.ts';
import { YamlError } from '../../lib/yaml-error.ts';
import { BootstrapError } from './bootstrap-error.ts';
import type { BootstrapOptions } from './bootstrap-options.ts';

/** What the chart's values say about things that are done here, too; the chart's own schema looks at the rest. */
const schema = z.looseObject({
  git: z.looseObject({ enabled: z.boolean().exactOptional(), applicationNamespaces: z.array(z.string()).exactOptional() }).exactOptional(),
  secrets: z.looseObject({ enabled: z.boolean().exactOptional(), controllerClass: z.string().exactOptional() }).exactOptional(),
  sealedSecrets: z.looseObject({ enabled: z.boolean().exactOptional(), keyNamespace: z.string().exactOptional() }).exactOptional(),
});

/** What of the controller the rest of a bootstrap depends on. */
export interface ControllerFacts {
  /** Absent: nobody resolves ExternalSecrets. */
  readonly controllerClass?: string;
  /** Whether the values leave `sealedSecrets.enabled` to us. Then it is on: the deploy key stands in a SealedSecret sooner or later. */
  readonly sealsByDefault: boolean;
  readonly opensSealedSecrets: boolean;
  readonly keyNamespace: string;
  /** Whether the values say where the keys are: then some controller is said to have them. */
  readonly namesKeyNamespace: boolean;
  readonly applicationNamespaces: readonly string[];
}

/**
 * Reads a file of values for charts/prelude.
 * @param controller its values, absent or empty: the chart's own; of one that is left alone, those that it was installed with
 * @throws BootstrapError where it cannot be read, or nobody would look at the first Application
 */
export function readChartValues({ isInstalled, values = '' }: Pick<BootstrapOptions['controller'], 'isInstalled' | 'values'>, namespace: string): ControllerFacts {
  const parsed = parse(schema, documentOf(values) ?? {});
  if (!parsed.ok) throw new BootstrapError(`the values of the controller: ${formatErrors(parsed.errors)}`);
  const { git, secrets, sealedSecrets } = parsed.value;
  if (git?.enabled === false) throw new BootstrapError('the values of the controller say git.enabled: false: nobody would read the repository; take it away');
  const applicationNamespaces = git?.applicationNamespaces ?? [];
  if (applicationNamespaces.length > 0 && !applicationNamespaces.includes(namespace)) throw new BootstrapError(`git.applicationNamespaces must hold ${namespace}: the first Application is written there`);
  return {
    ...(secrets?.enabled === false ? {} : { controllerClass: secrets?.controllerClass ?? 'default' }),
    sealsByDefault: sealedSecrets?.enabled === undefined,
    // where a chart was installed with values that do not say, its own default holds; where nobody names any, we take the controller for one of ours
    opensSealedSecrets: sealedSecrets?.enabled ?? (isInstalled || values === ''),
    keyNamespace: sealedSecrets?.keyNamespace || namespace,
    namesKeyNamespace: (sealedSecrets?.keyNamespace ?? '') !== '',
    applicationNamespaces: applicationNamespaces.length === 0 ? [namespace] : applicationNamespaces,
  };
}

/** A key that no controller has opens nothing. @throws BootstrapError where one would be made or restored */
export function refuseUnopened({ sealTo, keysBackup }: Pick<BootstrapOptions, 'sealTo' | 'keysBackup'>, { opensSealedSecrets, namesKeyNamespace }: ControllerFacts): void {
  if (opensSealedSecrets || namesKeyNamespace || (sealTo ?? keysBackup) === undefined) return;
  throw new BootstrapError(`${sealTo === undefined ? '--keys-backup' : '--seal-to'} is for a controller that opens SealedSecrets, and the values leave that off: set sealedSecrets.enabled: true in --values, or sealedSecrets.keyNamespace to where another controller has its keys`);
}

function documentOf(text: string): unknown {
  try {
    const documents = parseYaml(text);
    if (documents.length > 1) throw new BootstrapError('the values of the controller are more than one document');
    return documents[0]?.value;
  } catch (error) {
    if (error instanceof YamlError) throw new BootstrapError(`the values of the controller: ${error.message}`);
    throw error;
  }
}
