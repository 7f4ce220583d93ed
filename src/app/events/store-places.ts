import { z } from 'zod';
import type { PlaceOf, StorePlace } from '../../provider/change-notice.ts';
import type { ProviderEvents } from '../../provider/notice-source.ts';

/** Where a store's values live, and of which provider it is. */
export interface NamedPlace extends StorePlace {
  readonly provider: string;
}

const fields = z.record(z.string(), z.unknown());

/**
 * Tells where stores' values live, from `spec.provider`: as the provider's own folder knows it, or else by whatever text the
 * configuration has. The same object is looked at once: those of the API server are replaced, never changed.
 */
export function createStorePlaces(known: readonly Pick<ProviderEvents, 'provider' | 'placeOf'>[]): (provider: unknown) => NamedPlace | undefined {
  const byProvider = new Map(known.map(({ provider, placeOf }) => [provider, placeOf]));
  const found = new WeakMap<object, NamedPlace | { readonly provider: undefined }>();
  const look = (spec: unknown): NamedPlace | undefined => {
    const [entry, ...others] = Object.entries(fields.safeParse(spec).data ?? {});
    if (entry === undefined || others.length > 0) return undefined;
    const [provider, config] = entry;
    const place = (byProvider.get(provider) ?? placeOfAny)(config);
    return place === undefined ? undefined : { provider, ...place };
  };
  return (spec) => {
    if (typeof spec !== 'object' || spec === null) return undefined;
    const place = found.get(spec) ?? look(spec) ?? { provider: undefined };
    found.set(spec, place);
    return place.provider === undefined ? undefined : place;
  };
}

/** A store of a provider that says nothing of events: its texts are its scope, and names are as ExternalSecrets have them. */
const placeOfAny: PlaceOf = (config) => {
  const told = fields.safeParse(config);
  if (!told.success) return undefined;
  const scope = Object.fromEntries(Object.entries(told.data).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])));
  return { scope, keysOf: (key) => namesUnder(key, scope['path'] ?? '') };
};

/** Vault's keys stand with and without the path of their mount, and with the `data/` of its second version's addresses. */
function namesUnder(key: string, path: string): readonly string[] {
  const name = trimmed(key);
  const mount = `${trimmed(path).replace(/\/+$/, '')}/`;
  const inside = mount !== '/' && name.startsWith(mount) ? name.slice(mount.length) : name;
  return [...new Set([key, name, inside, inside.replace(/^data\//, '')])];
}

function trimmed(path: string): string {
  return path.replace(/^\/+/, '');
}
