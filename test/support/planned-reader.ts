import { systemClock } from '../../src/lib/clock.ts';
import { createHttpClient } from '../../src/lib/http-client.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { createStoreReader } from '../../src/provider/read-planner.ts';
import type { ErasedProvider } from '../../src/provider/registry.ts';
import { createRegistry } from '../../src/provider/registry.ts';
import type { StoreReader } from '../../src/provider/store-reader.ts';
import { noServices } from './generator-context.ts';

export interface PlannedReaderOptions {
  readonly provider: ErasedProvider;
  /** The value of every key of every Secret. */
  readonly credential: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * An adapter behind the real planner and the real HTTP client. References are gathered for longer than they take to come, however busy the
 * machine is, and nothing is read in full while its version says that it is the same.
 */
export function plannedReader({ provider, credential, environment = {} }: PlannedReaderOptions): StoreReader {
  const http = createHttpClient({ clock: systemClock, allowLoopback: true });
  const reader = createStoreReader({
    registry: createRegistry([provider]),
    ...noServices,
    credentials: { ...noServices.credentials, read: () => Promise.resolve(SecretBytes.fromUtf8(credential)), version: () => '1' },
    http: http.request,
    clock: systemClock,
    metrics: { providerCalled: () => {} },
    environment,
    limits: { window: 2_000, quiet: 300, fullReadEvery: 1_000_000 },
  });
  return {
    ...reader,
    close: async () => {
      await reader.close();
      await http.close();
    },
  };
}
