import type { ProviderContext } from './contract.ts';
import type { ProviderServices } from './provider-context.ts';
import { ProviderError } from './provider-error.ts';

/** What every generator's context is made from. */
export interface GeneratorSurroundings extends ProviderServices {
  /** The process's environment; each generator sees only what it declares. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** For whom a context is. */
export interface GeneratorConsumer {
  /** The consumer's: the only one that anything is looked up in. */
  readonly namespace: string;
  /** The environment variables that the generator may see. */
  readonly environment: readonly string[];
}

/** A selector of whatever kind, as far as it says where. */
interface Placed {
  readonly name: string;
  readonly namespace?: string;
}

/**
 * What one run of a generator may have. All of it is of the consumer's namespace: a ClusterGenerator too runs as if it stood
 * there, and one that names another namespace is refused, so that none can be used to read a stranger's Secrets.
 * @param signal ends whatever is under way
 */
export function generatorContext(surroundings: GeneratorSurroundings, consumer: GeneratorConsumer, signal: AbortSignal): ProviderContext {
  const { credentials, environment, http, renderTemplate, clock, random } = surroundings;
  const { namespace } = consumer;
  const place = (kind: string, selector: Placed): string => placeOf(kind, selector, namespace);
  return {
    secret: async (selector) => {
      const { name, key } = selector;
      const value = await credentials.read(place('Secret', selector), name, key, signal);
      return value ?? absent(`key "${key}" of Secret ${namespace}/${name}`);
    },
    wholeSecret: async (selector) => (await credentials.readWhole(place('Secret', selector), selector.name, signal)) ?? absent(`Secret ${namespace}/${selector.name}`),
    configMap: async (selector) => {
      const { name, key } = selector;
      const value = await credentials.readConfigMap(place('ConfigMap', selector), name, key, signal);
      return value ?? absent(`key "${key}" of ConfigMap ${namespace}/${name}`);
    },
    serviceAccountToken: async (selector, { audiences, expirationSeconds }) => {
      const serviceAccount = { namespace: place('ServiceAccount', selector), name: selector.name };
      return credentials.token(serviceAccount, { audiences: [...new Set([...audiences, ...(selector.audiences ?? [])])], expirationSeconds }, signal);
    },
    serviceAccountAnnotations: async (selector) => {
      const annotations = await credentials.serviceAccount(place('ServiceAccount', selector), selector.name, signal);
      return annotations ?? absent(`ServiceAccount ${namespace}/${selector.name}`);
    },
    renderTemplate: (template, data) => renderTemplate({ tenant: namespace, template, data }, signal),
    http,
    random,
    environment: pick(environment, consumer.environment),
    clock,
  };
}

/** An empty namespace says nothing, as in External Secrets. */
function placeOf(kind: string, { name, namespace }: Placed, consumer: string): string {
  if (namespace === undefined || namespace === '' || namespace === consumer) return consumer;
  throw new ProviderError('invalid', `it names ${kind} "${name}" of namespace "${namespace}"; a generator may use what is in the namespace of its consumer ("${consumer}") only`);
}

function absent(what: string): never {
  throw new ProviderError('invalid', `it needs ${what}, which does not exist`);
}

function pick(environment: Readonly<Record<string, string | undefined>>, names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(names.flatMap((name) => (environment[name] === undefined || environment[name] === '' ? [] : [[name, environment[name]]])));
}
