import type { NamePattern, ProviderClient } from '../../src/provider/contract.ts';

/** How a service that takes only some names writes those of the shared clauses, and back. */
export interface Spelling {
  readonly write: (key: string) => string;
  readonly read: (name: string) => string;
}

/** Secrets that are environment variables: `below/a-b` is BELOW__A_B. */
export const variableNames: Spelling = {
  write: (key) => key.toUpperCase().replaceAll('/', '__').replaceAll('-', '_'),
  read: (name) => name.toLowerCase().replaceAll('__', '/').replaceAll('_', '-'),
};

/** A client that the shared clauses can talk to in their own names; all else passes as it is. */
export function spelledClient(client: ProviderClient, { write, read }: Spelling): ProviderClient {
  const pattern = ({ source, matches }: NamePattern): NamePattern => ({ source, matches: (name) => matches(read(name)) });
  return {
    batchSize: client.batchSize,
    read: (refs, signal) => client.read(refs.map((ref) => ({ ...ref, key: write(ref.key) })), signal),
    ...(client.find === undefined
      ? {}
      : {
          find: async (query, signal) => {
            const spelled = { ...query, ...(query.path === undefined ? {} : { path: write(query.path) }), ...(query.name === undefined ? {} : { name: pattern(query.name) }) };
            return ((await client.find?.(spelled, signal)) ?? []).map((found) => ({ ...found, key: read(found.key) }));
          },
        }),
    ...(client.write === undefined ? {} : { write: async (one, signal) => (await client.write?.({ ...one, remoteKey: write(one.remoteKey) }, signal)) ?? { kind: 'unchanged' } }),
    ...(client.remove === undefined ? {} : { remove: async (place, signal) => (await client.remove?.({ ...place, remoteKey: write(place.remoteKey) }, signal)) ?? { kind: 'absent' } }),
    ...(client.validate === undefined ? {} : { validate: client.validate }),
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  };
}
