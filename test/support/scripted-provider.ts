import { z } from 'zod';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { CallRate, ConsumerInput, Provider, ProviderClient, ProviderContext, ReadResult, RemoteRef, Validation } from '../../src/provider/contract.ts';
import type { ProviderError } from '../../src/provider/provider-error.ts';
import { secretKeySelector } from '../../src/provider/field.ts';

const place = { name: z.string(), namespace: z.string().exactOptional() };

const schema = z.strictObject({
  account: z.string().default('main'),
  token: secretKeySelector().optional(),
  whole: z.strictObject(place).optional(),
  ca: z.strictObject({ ...place, key: z.string() }).optional(),
  serviceAccount: z.strictObject({ ...place, audiences: z.array(z.string()).exactOptional() }).optional(),
});

export type ScriptedConfig = z.output<typeof schema>;

/** How the provider answers one call; a test replaces it to make the provider slow, wrong or unwilling. */
export type Answer = (refs: readonly RemoteRef[], signal: AbortSignal) => Promise<readonly ReadResult[]>;

/** A provider that does what a test tells it and writes down what it was asked. Its id is `scripted`. */
export interface ScriptedProvider {
  readonly provider: Provider<ScriptedConfig>;
  /** The keys of each call, in order, with the token under which it was made. */
  readonly calls: { readonly keys: readonly string[]; readonly token: string | undefined }[];
  /** The contexts of all connects. */
  readonly connects: ProviderContext[];
  /** How many clients have been disposed. */
  readonly disposed: () => number;
  answer: Answer;
  find: NonNullable<ProviderClient['find']>;
  write: NonNullable<ProviderClient['write']>;
  remove: NonNullable<ProviderClient['remove']>;
  /** Takes the optional members away, as of a provider that can do no more than read. */
  readsOnly: boolean;
  /** Set before the first use, the client tells versions by it. */
  versions: ProviderClient['versions'];
  /** Set before the first use, the client says that it takes no more calls than this. */
  rate: CallRate | undefined;
  /** What of the consumer the provider is told. */
  consumerInputs: readonly ConsumerInput[];
  /** Whether a store without a token asks as Prelude itself. */
  usesOwnIdentity: boolean;
  connect: (signal: AbortSignal) => Promise<void>;
  validate: (signal: AbortSignal) => Promise<Validation>;
}

/** The value of a key, in the answer that every test starts with: its own name. */
export function valueOf(key: string): ReadResult {
  return { kind: 'value', value: SecretBytes.fromUtf8(key) };
}

/** Waits until the signal aborts, as a service that hangs does. */
export function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

export function failed(error: ProviderError): ReadResult {
  return { kind: 'error', error };
}

export function createScriptedProvider(batchSize = 20): ScriptedProvider {
  let disposed = 0;
  const script: ScriptedProvider = {
    calls: [],
    connects: [],
    disposed: () => disposed,
    answer: async (refs) => refs.map(({ key }) => valueOf(key)),
    find: async () => [],
    write: async () => ({ kind: 'written' }),
    remove: async () => ({ kind: 'removed' }),
    readsOnly: false,
    versions: undefined,
    rate: undefined,
    consumerInputs: [],
    usesOwnIdentity: false,
    connect: async () => {},
    validate: async () => 'valid',
    provider: {
      id: 'scripted',
      schema,
      propertyLookup: 'path-only',
      environment: ['SCRIPTED_ENDPOINT'],
      capabilities: 'ReadWrite',
      consumerInputs: () => script.consumerInputs,
      usesOwnIdentity: ({ token }) => script.usesOwnIdentity && token === undefined,
      credentials: ({ token, whole, ca, serviceAccount }) => [
        ...(token === undefined ? [] : [token]),
        ...(whole === undefined ? [] : [{ kind: 'WholeSecret', ...whole } as const]),
        ...(ca === undefined ? [] : [{ kind: 'ConfigMap', ...ca } as const]),
        ...(serviceAccount === undefined ? [] : [{ kind: 'ServiceAccount', ...serviceAccount } as const]),
      ],
      connect: async (config, context, signal) => {
        script.connects.push(context);
        const token = config.token === undefined ? undefined : await context.secret(config.token);
        await script.connect(signal);
        return {
          batchSize,
          ...(script.rate === undefined ? {} : { rate: script.rate }),
          ...(script.versions === undefined ? {} : { versions: async (refs, within) => (await script.versions?.(refs, within)) ?? [] }),
          read: (refs, within) => {
            script.calls.push({ keys: refs.map(({ key }) => key), token: token === undefined ? undefined : Buffer.from(token.reveal()).toString('utf8') });
            return script.answer(refs, within);
          },
          ...(script.readsOnly
            ? {}
            : {
                find: (query, within) => script.find(query, within),
                write: (write, within) => script.write(write, within),
                remove: (where, within) => script.remove(where, within),
              }),
          validate: (within) => script.validate(within),
          [Symbol.asyncDispose]: async () => {
            disposed += 1;
          },
        };
      },
    },
  };
  return script;
}
