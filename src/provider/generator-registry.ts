import type { z } from 'zod';
import { formatErrors, parse } from '../api/schema.ts';
import type { FieldError, Parsed } from '../api/schema.ts';
import type { CredentialSelector, ProviderContext } from './contract.ts';
import type { Generated, Generator } from './generator.ts';
import { ProviderError } from './provider-error.ts';

/** A generator with its spec parsed and closed over: nothing outside needs to know the spec's type. */
export interface ConfiguredGenerator {
  readonly kind: string;
  readonly environment: readonly string[];
  /** What the spec names in the cluster. */
  readonly credentials: readonly CredentialSelector[];
  readonly generate: (context: ProviderContext, signal: AbortSignal) => Promise<Generated>;
  /** Absent: what it gives has no life outside. */
  readonly cleanup?: (state: unknown, context: ProviderContext, signal: AbortSignal) => Promise<void>;
}

/** A generator whose spec's type is hidden, so that generators of many types fit one list. */
export interface ErasedGenerator {
  readonly kind: string;
  /** Describes `spec`; the CRD is generated from it. */
  readonly schema: z.ZodType;
  /** Whether what it gives must be taken back some day. */
  readonly stateful: boolean;
  /** Whether it asks nobody outside. */
  readonly local: boolean;
  /** Parses `spec`. Paths of errors start below it. */
  readonly parse: (spec: unknown) => Parsed<ConfiguredGenerator>;
}

/** The generators a program was built with. */
export interface GeneratorRegistry {
  /** In the order of the list. */
  readonly kinds: readonly string[];
  /** The schema of each kind's `spec`: what the CRD generator and offline checks need. */
  readonly schemas: ReadonlyMap<string, z.ZodType>;
  /** Whether what the kind gives must be taken back some day; false for kinds that are not known. */
  readonly isStateful: (kind: string) => boolean;
  /** Whether the kind asks nobody outside; false for kinds that are not known. */
  readonly isLocal: (kind: string) => boolean;
  /** Parses the `spec` of a generator. Paths of errors are whole: `spec.length`. */
  readonly parse: (kind: string, spec: unknown) => Parsed<ConfiguredGenerator>;
  /**
   * Like `parse`, for those who need the generator.
   * @throws ProviderError `unsupported` for a kind that is not known, `invalid` that holds all errors
   */
  readonly configure: (kind: string, spec: unknown) => ConfiguredGenerator;
}

/** Closes over a generator's Spec, so that a registry of differently typed generators needs no cast. */
export function eraseGenerator<Spec>(generator: Generator<Spec>): ErasedGenerator {
  const { kind, schema, environment, credentials, isLocal = false, generate, cleanup } = generator;
  return {
    kind,
    schema,
    stateful: cleanup !== undefined,
    local: isLocal,
    parse: (input) => {
      const parsed = parse(schema, input);
      if (!parsed.ok) return parsed;
      const spec = parsed.value;
      return {
        ok: true,
        value: {
          kind,
          environment,
          credentials: credentials(spec),
          generate: (context, signal) => generate(spec, context, signal),
          ...(cleanup === undefined ? {} : { cleanup: (state, context, signal) => cleanup(spec, state, context, signal) }),
        },
      };
    },
  };
}

function below(error: FieldError): FieldError {
  const joint = error.path === '' || error.path.startsWith('[') ? '' : '.';
  return { path: `spec${joint}${error.path}`, message: error.message };
}

/**
 * Builds a registry.
 * @throws Error where two generators have the same kind: a mistake in the program's own list
 */
export function createGeneratorRegistry(generators: readonly ErasedGenerator[]): GeneratorRegistry {
  const byKind = new Map<string, ErasedGenerator>();
  for (const generator of generators) {
    if (byKind.has(generator.kind)) throw new Error(`generator "${generator.kind}" is registered twice`);
    byKind.set(generator.kind, generator);
  }
  const kinds = [...byKind.keys()];
  const unknown = `the kind of generator is not known; this version of Prelude knows ${kinds.join(', ')}`;

  function parseSpec(kind: string, spec: unknown): Parsed<ConfiguredGenerator> {
    const parsed = byKind.get(kind)?.parse(spec) ?? { ok: false, errors: [{ path: 'kind', message: unknown }] };
    return parsed.ok || !byKind.has(kind) ? parsed : { ok: false, errors: parsed.errors.map(below) };
  }

  return {
    kinds,
    schemas: new Map(generators.map(({ kind, schema }) => [kind, schema])),
    isStateful: (kind) => byKind.get(kind)?.stateful === true,
    isLocal: (kind) => byKind.get(kind)?.local === true,
    parse: parseSpec,
    configure: (kind, spec) => {
      if (!byKind.has(kind)) throw new ProviderError('unsupported', unknown);
      const parsed = parseSpec(kind, spec);
      if (parsed.ok) return parsed.value;
      throw new ProviderError('invalid', formatErrors(parsed.errors));
    },
  };
}
