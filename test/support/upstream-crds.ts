import type { KubeObject } from '../../src/api/object.ts';
import { readCrdFile } from './crd-examples.ts';
import { customResourceDefinitions } from './crds.ts';

type Fields = Readonly<Record<string, unknown>>;

const version = ['spec', 'versions', 0, 'schema', 'openAPIV3Schema', 'properties'] as const;
const spec = [...version, 'spec', 'properties'] as const;
const status = [...version, 'status'] as const;
const conditions = [...status, 'properties', 'conditions', 'items', 'properties'] as const;

const templateFrom = ['target', 'properties', 'template', 'properties', 'templateFrom', 'items', 'properties'] as const;

/** What External Secrets' own definition fills in; the ones of a reference were dropped in 2.9, and are in clusters everywhere. */
const defaults: readonly (readonly [path: readonly (string | number)[], value: unknown])[] = [
  [['refreshInterval'], '1h0m0s'],
  [['target'], { creationPolicy: 'Owner', deletionPolicy: 'Retain' }],
  [['target', 'properties', 'creationPolicy'], 'Owner'],
  [['target', 'properties', 'deletionPolicy'], 'Retain'],
  [['target', 'properties', 'template', 'properties', 'engineVersion'], 'v2'],
  [['target', 'properties', 'template', 'properties', 'mergePolicy'], 'Replace'],
  [[...templateFrom, 'target'], 'Data'],
  [[...templateFrom, 'configMap', 'properties', 'items', 'items', 'properties', 'templateAs'], 'Values'],
  [[...templateFrom, 'secret', 'properties', 'items', 'items', 'properties', 'templateAs'], 'Values'],
  [['data', 'items', 'properties', 'remoteRef', 'properties', 'conversionStrategy'], 'Default'],
  [['data', 'items', 'properties', 'remoteRef', 'properties', 'decodingStrategy'], 'None'],
  [['data', 'items', 'properties', 'remoteRef', 'properties', 'metadataPolicy'], 'None'],
  [['data', 'items', 'properties', 'remoteRef', 'properties', 'nullBytePolicy'], 'Ignore'],
];

/**
 * Our definitions of External Secrets' kinds, in what matters as upstream has them: a status without observedGeneration, and
 * defaults that the API server writes into what is applied.
 */
export function upstreamCrds(): readonly KubeObject[] {
  return [...customResourceDefinitions().keys()]
    .filter((name) => name.includes('external-secrets.io_'))
    .map((name) => {
      let crd: unknown = readCrdFile(name);
      // generators have no status that anybody reads
      if (name.startsWith('generators.')) return crd as KubeObject;
      for (const path of [[...status, 'properties', 'observedGeneration'], [...status, 'default'], [...conditions, 'observedGeneration']]) crd = without(crd, path);
      if (name === 'external-secrets.io_externalsecrets.yaml') for (const [path, value] of defaults) crd = changed(crd, [...spec, ...path], (schema) => ({ ...schema, default: value }));
      return crd as KubeObject;
    });
}

/** @throws Error where the path leads nowhere: then the definition has changed, and this file must follow */
function changed(value: unknown, path: readonly (string | number)[], change: (found: Fields) => Fields): unknown {
  const [step, ...rest] = path;
  if (typeof value !== 'object' || value === null) throw new Error(`the definition has nothing under ${path.join('.')}`);
  if (step === undefined) return change(value as Fields);
  const inner = changed(Reflect.get(value, step), rest, change);
  return Array.isArray(value) ? value.map((item: unknown, index) => (index === step ? inner : item)) : { ...value, [step]: inner };
}

function without(value: unknown, path: readonly (string | number)[]): unknown {
  const name = String(path.at(-1));
  return changed(value, path.slice(0, -1), (found) => {
    if (!(name in found)) throw new Error(`the definition has no ${name} in ${path.join('.')}`);
    return Object.fromEntries(Object.entries(found).filter(([key]) => key !== name));
  });
}
