import { systemClock } from '../../src/lib/clock.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { createHttpClient } from '../../src/lib/http-client.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { ProviderContext } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { noContext } from './generator-context.ts';

export interface ServiceContextOptions {
  /** Keys and values of Secrets, by name. */
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly clock?: Clock;
  readonly more?: Partial<ProviderContext>;
}

/** The context of an adapter that speaks HTTP: the real client, which may ask servers of this machine, and Secrets in memory. */
export function serviceContext({ secrets = {}, clock = systemClock, more = {} }: ServiceContextOptions): { readonly context: ProviderContext; readonly close: () => Promise<void> } {
  const http = createHttpClient({ clock: systemClock, allowLoopback: true, deadline: 5_000 });
  const context: ProviderContext = {
    ...noContext,
    clock,
    http: http.request,
    secret: ({ name, key }) => {
      const text = secrets[name]?.[key];
      return text === undefined ? Promise.reject(new ProviderError('invalid', `no key ${key} in Secret ${name}`)) : Promise.resolve(SecretBytes.fromUtf8(text));
    },
    ...more,
  };
  return { context, close: http.close };
}
