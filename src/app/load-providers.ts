import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';
import { z } from 'zod';
import { providers } from '../../providers/index.ts';
import { formatErrors, parse } from '../api/schema.ts';
import type { Provider } from '../provider/contract.ts';
import { propertyLookups } from '../provider/property.ts';
import { createRegistry, erase, type ErasedProvider, type ProviderRegistry } from '../provider/registry.ts';
import { UsageError } from './options.ts';

/** What makes a value an adapter, as far as can be seen before it is used. Its functions are taken at their word. */
const providerShape = z.looseObject({
  id: z.string('must be a string').regex(/^[a-zA-Z][a-zA-Z0-9]*$/, 'must be letters and digits: it is a key of spec.provider'),
  schema: z.custom<z.ZodType>(isSchema, 'must be a zod schema'),
  propertyLookup: z.enum(propertyLookups),
  environment: z.array(z.string()),
  capabilities: z.enum(['ReadOnly', 'WriteOnly', 'ReadWrite']),
  consumerInputs: functionField().optional(),
  usesOwnIdentity: functionField().optional(),
  credentials: functionField(),
  connect: functionField(),
});

/**
 * The providers that this program was built with, and those of packages beside it.
 * @param specifiers names of npm packages installed beside Prelude, or paths of files (`./x.js`), each with an adapter as its default export
 * @throws UsageError for what cannot be loaded, is no adapter, or has an id that is taken
 */
export async function loadProviders(specifiers: readonly string[]): Promise<ProviderRegistry> {
  const loaded: ErasedProvider[] = [...providers];
  for (const specifier of specifiers) {
    const provider = await loadProvider(specifier);
    if (loaded.some(({ id }) => id === provider.id)) throw new UsageError(`--provider ${specifier}: there is a provider "${provider.id}" already; an adapter cannot take another's place`);
    loaded.push(provider);
  }
  return createRegistry(loaded);
}

async function loadProvider(specifier: string): Promise<ErasedProvider> {
  const module = await importModule(specifier);
  const candidate = module['default'];
  if (isProvider(candidate)) return erase(candidate);
  const shape = parse(providerShape, candidate);
  throw new UsageError(`--provider ${specifier}: its default export is no adapter${shape.ok ? '' : `: ${formatErrors(shape.errors)}`}`);
}

async function importModule(specifier: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const module: unknown = await import(isPath(specifier) ? pathToFileURL(resolve(specifier)).href : specifier);
    return typeof module === 'object' && module !== null ? { ...module } : {};
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : 'it failed';
    throw new UsageError(`--provider ${specifier}: cannot be loaded (${why}); install the package beside Prelude, or write the path of a file as ./x.js`);
  }
}

function isPath(specifier: string): boolean {
  return specifier.startsWith('.') || specifier.startsWith('/');
}

function isSchema(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'safeParse' in value && typeof value.safeParse === 'function';
}

function functionField(): z.ZodCustom {
  return z.custom((value) => typeof value === 'function', 'must be a function');
}

/** What a Config is only the adapter itself knows: its schema makes it, and its functions take it. */
function isProvider(value: unknown): value is Provider<unknown> {
  return parse(providerShape, value).ok;
}
