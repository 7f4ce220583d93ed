import { systemClock } from '../../src/lib/clock.ts';
import { createHttpClient } from '../../src/lib/http-client.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { Provider, ProviderClient, ProviderContext } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';

/** What is around an adapter under test. */
export interface ConnectOptions {
  /** What the Secrets of the cluster hold, by `name/key`. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** Parts of the context that differ. */
  readonly context?: Partial<ProviderContext>;
}

/**
 * Connects an adapter as Prelude does, for a test: the configuration is parsed by its schema, Secrets are what the test says, and
 * HTTP may go to servers of this machine. Disposing the client also closes its connections.
 * @throws the schema's error for a configuration that is none; what the adapter throws
 */
export async function connectProvider<Config>(provider: Provider<Config>, config: unknown, { secrets = {}, environment = {}, context = {} }: ConnectOptions = {}): Promise<ProviderClient> {
  const http = createHttpClient({ clock: systemClock, allowLoopback: true });
  const refuse = (what: string) => (): Promise<never> => Promise.reject(new ProviderError('invalid', `this test gives no ${what}`));
  const client = await provider.connect(
    provider.schema.parse(config),
    {
      secret: async ({ name, key }) => {
        const value = secrets[`${name}/${key}`];
        if (value === undefined) throw new ProviderError('invalid', `key "${key}" of Secret "${name}" does not exist`);
        return SecretBytes.fromUtf8(value);
      },
      configMap: refuse('ConfigMaps'),
      wholeSecret: refuse('whole Secrets'),
      serviceAccountToken: refuse('tokens'),
      serviceAccountAnnotations: refuse('service accounts'),
      renderTemplate: refuse('templates'),
      http: http.request,
      random: Math.random,
      store: { scope: 'namespaced' },
      environment: new Map(Object.entries(environment)),
      clock: systemClock,
      ...context,
    },
    new AbortController().signal,
  );
  return {
    ...client,
    [Symbol.asyncDispose]: async () => {
      await client[Symbol.asyncDispose]();
      await http.close();
    },
  };
}
