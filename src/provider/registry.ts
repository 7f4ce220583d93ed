import type { z } from 'zod';
import { formatErrors, parse } from '../api/schema.ts';
import type { FieldError, Parsed } from '../api/schema.ts';
import type { Capabilities, ConsumerInput, CredentialSelector, Provider, ProviderClient, ProviderContext } from './contract.ts';
import type { PropertyLookup } from './property.ts';
import { ProviderError } from './provider-error.ts';

/** A provider with its configuration parsed and closed over: nothing outside needs to know the configuration's type. */
export interface ConfiguredProvider {
  readonly id: string;
  readonly propertyLookup: PropertyLookup;
  readonly environment: readonly string[];
  readonly capabilities: Capabilities;
  readonly consumerInputs: readonly ConsumerInput[];
  readonly usesOwnIdentity: boolean;
  /** The parsed configuration, as a part of the identity only. It may hold values: never print it. */
  readonly config: unknown;
  /** What the configuration names in the cluster. */
  readonly credentials: readonly CredentialSelector[];
  readonly connect: (context: ProviderContext, signal: AbortSignal) => Promise<ProviderClient>;
}

/** A provider whose configuration's type is hidden, so that providers of many types fit one list. */
export interface ErasedProvider {
  readonly id: string;
  /** Describes `spec.provider.<id>`; the CRD is generated from it. */
  readonly schema: z.ZodType;
  /** Parses what stands under the id. Paths of errors start below it. */
  readonly parse: (config: unknown) => Parsed<ConfiguredProvider>;
}

/** The providers a program was built with. */
export interface ProviderRegistry {
  /** The ids, in the order of the list. */
  readonly ids: readonly string[];
  /** The schema of each id, in the order of the list: what the CRD generator and offline checks need. */
  readonly schemas: ReadonlyMap<string, z.ZodType>;
  /**
   * Parses `spec.provider` of a store. Paths of errors are whole: `spec.provider.aws.region`.
   * The same object is parsed once: those of the API server are replaced, never changed, when their store changes.
   */
  readonly parse: (provider: unknown) => Parsed<ConfiguredProvider>;
  /** Like `parse`, for those who need the provider. @throws ProviderError `invalid` that holds all errors */
  readonly configure: (provider: unknown) => ConfiguredProvider;
}

/** Closes over a provider's Config, so that a registry of differently typed providers needs no cast. */
export function erase<Config>(provider: Provider<Config>): ErasedProvider {
  return {
    id: provider.id,
    schema: provider.schema,
    parse: (input) => {
      const parsed = parse(provider.schema, input);
      if (!parsed.ok) return parsed;
      const config = parsed.value;
      const { id, propertyLookup, environment, capabilities } = provider;
      return {
        ok: true,
        value: {
          id,
          propertyLookup,
          environment,
          capabilities,
          consumerInputs: provider.consumerInputs?.(config) ?? [],
          usesOwnIdentity: provider.usesOwnIdentity?.(config) ?? false,
          config,
          credentials: provider.credentials(config),
          connect: (context, signal) => provider.connect(config, context, signal),
        },
      };
    },
  };
}

const root = 'spec.provider';

function below(id: string, error: FieldError): FieldError {
  const joint = error.path === '' || error.path.startsWith('[') ? '' : '.';
  return { path: `${root}.${id}${joint}${error.path}`, message: error.message };
}

/**
 * Builds a registry.
 * @throws Error where two providers have the same id: a mistake in the program's own list
 */
export function createRegistry(providers: readonly ErasedProvider[]): ProviderRegistry {
  const byId = new Map<string, ErasedProvider>();
  for (const provider of providers) {
    if (byId.has(provider.id)) throw new Error(`provider "${provider.id}" is registered twice`);
    byId.set(provider.id, provider);
  }
  const ids = [...byId.keys()];
  const choice = `this version of Prelude knows ${ids.join(', ')}`;

  function parseAnew(provider: unknown): Parsed<ConfiguredProvider> {
    const fail = (message: string, path = root): Parsed<ConfiguredProvider> => ({ ok: false, errors: [{ path, message }] });
    if (typeof provider !== 'object' || provider === null || Array.isArray(provider)) return fail(`must name one provider; ${choice}`);
    const [entry, ...others] = Object.entries(provider);
    if (entry === undefined || others.length > 0) return fail(`must have exactly one key, the provider's name; ${choice}`);
    const [id, config] = entry;
    const found = byId.get(id);
    if (found === undefined) return fail(`the provider is not known; ${choice}`, `${root}.${id}`);
    const parsed = found.parse(config);
    return parsed.ok ? parsed : { ok: false, errors: parsed.errors.map((error) => below(id, error)) };
  }

  const known = new WeakMap<object, Parsed<ConfiguredProvider>>();

  function parseStore(provider: unknown): Parsed<ConfiguredProvider> {
    if (typeof provider !== 'object' || provider === null) return parseAnew(provider);
    const parsed = known.get(provider) ?? parseAnew(provider);
    known.set(provider, parsed);
    return parsed;
  }

  return {
    ids,
    schemas: new Map(providers.map(({ id, schema }) => [id, schema])),
    parse: parseStore,
    configure: (provider) => {
      const parsed = parseStore(provider);
      if (parsed.ok) return parsed.value;
      throw new ProviderError('invalid', formatErrors(parsed.errors));
    },
  };
}
