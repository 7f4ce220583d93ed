import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { readFailure } from './certificate-source.ts';
import { FieldReader } from './field-reader.ts';
import { SealError } from './seal-error.ts';

export interface NamespaceSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A file instead of those that `KUBECONFIG` names. */
  readonly kubeconfig?: string;
  /** Instead of the current context. */
  readonly context?: string;
}

const podNamespace = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

/**
 * The namespace that kubectl would act in: that of the context, or `default` where the context names none; in a pod without a kubeconfig
 * the pod's own. No cluster is asked.
 * @returns undefined where there is neither
 * @throws SealError for a kubeconfig that cannot be read; quotes nothing of it, for it holds keys
 */
export async function kubeconfigNamespace({ env, kubeconfig, context }: NamespaceSources): Promise<string | undefined> {
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
  const files = kubeconfig !== undefined ? [kubeconfig] : listed.length > 0 ? listed : [join(homedir(), '.kube', 'config')];
  const configs = (await Promise.all(files.map((file) => readConfig(file, kubeconfig !== undefined)))).flat();
  if (configs.length === 0) return await ownNamespace(env);
  // the first file that says it wins
  const name = context ?? configs.map((config) => config.text('current-context') ?? '').find((current) => current !== '');
  const found = configs.flatMap((config) => contextsOf(config)).find((one) => one.text('name') === name);
  return found?.within('context')?.text('namespace') ?? 'default';
}

async function ownNamespace(env: NamespaceSources['env']): Promise<string | undefined> {
  const mounted = await readFile(podNamespace, 'utf8').catch(() => '');
  return [env['POD_NAMESPACE'] ?? '', mounted.trim()].find((namespace) => namespace !== '');
}

function contextsOf(config: FieldReader): readonly FieldReader[] {
  const contexts = config.any('contexts') ?? [];
  return Array.isArray(contexts) ? contexts.map((item: unknown) => FieldReader.of(item, () => 'the kubeconfig')) : [];
}

async function readConfig(file: string, isDemanded: boolean): Promise<readonly FieldReader[]> {
  const text = await readFile(file).catch((error: unknown) => {
    if (!isDemanded && error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new SealError(`open ${file}: ${readFailure(error)}`);
  });
  if (text === undefined) return [];
  const { readManifests } = await import('./manifest.ts');
  return readManifests(text, file).map(({ value }) => FieldReader.of(value, () => file));
}
