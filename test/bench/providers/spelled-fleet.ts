import { type Fleet, type FleetOptions, makeFleet } from '../external-secrets/fleet.ts';

interface Reference {
  readonly secretKey: string;
  readonly remoteRef: { readonly key: string; readonly property?: string };
}

/** A fleet, and what each of its Secrets has to hold. */
export interface SpelledFleet extends Fleet {
  /** Texts by key, by `namespace/name`. */
  readonly expected: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

/**
 * A fleet whose remote keys every provider takes: capital letters and digits.
 * @param member the property of values that are one text, where the provider needs one
 */
export function makeSpelledFleet(options: FleetOptions, member: string | undefined): SpelledFleet {
  const fleet = makeFleet(options);
  const remote = new Map([...fleet.remote].map(([key, value]) => [spell(key), value]));
  const expected = new Map<string, Readonly<Record<string, string>>>();
  const objects = fleet.objects.map((object) => {
    const { data, ...spec } = object['spec'] as { readonly data: readonly Reference[] };
    const spelled = data.map(({ secretKey, remoteRef: { key, property = member } }) => ({ secretKey, remoteRef: { key: spell(key), ...(property === undefined ? {} : { property }) } }));
    const { namespace = '', name } = object.metadata;
    expected.set(`${namespace}/${name}`, Object.fromEntries(spelled.map(({ secretKey, remoteRef }) => [secretKey, valueAt(remote.get(remoteRef.key) ?? '', remoteRef.property)])));
    return { ...object, spec: { ...spec, data: spelled } };
  });
  return { namespaces: fleet.namespaces, objects, remote, expected };
}

function spell(key: string): string {
  return key.toUpperCase().replaceAll('/', 'X');
}

function valueAt(value: string, property: string | undefined): string {
  if (property === undefined || !value.startsWith('{')) return value;
  return String((JSON.parse(value) as Readonly<Record<string, unknown>>)[property]);
}
