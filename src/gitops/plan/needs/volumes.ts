import { fieldsOf, listOf, textOf } from './field.ts';
import { type SecretReference, wholeSecret } from './secret-reference.ts';

/** Volume plugins that name a Secret, and the field that does; the in-tree ones of old are still in the API. */
const plugins: readonly (readonly [plugin: string, field: string])[] = [
  ['csi', 'nodePublishSecretRef'],
  ['flexVolume', 'secretRef'],
  ['cephfs', 'secretRef'],
  ['cinder', 'secretRef'],
  ['iscsi', 'secretRef'],
  ['rbd', 'secretRef'],
  ['scaleIO', 'secretRef'],
  ['storageos', 'secretRef'],
];

/** The Secrets that `volumes` of a pod mount. */
export function volumeReferences(volumes: unknown, path: string): readonly SecretReference[] {
  return listOf(volumes).flatMap((volume, index) => oneVolume(fieldsOf(volume), `${path}[${index}]`));
}

function oneVolume(volume: Readonly<Record<string, unknown>>, at: string): readonly SecretReference[] {
  const sources = listOf(fieldsOf(volume['projected'])['sources']);
  return [
    ...mounted(volume['secret'], `${at}.secret`, 'secretName'),
    ...sources.flatMap((source, index) => mounted(fieldsOf(source)['secret'], `${at}.projected.sources[${index}].secret`, 'name')),
    ...wholeSecret(volume['azureFile'], `${at}.azureFile`, 'secretName'),
    ...plugins.flatMap(([plugin, field]) => wholeSecret(fieldsOf(volume[plugin])[field], `${at}.${plugin}.${field}`)),
  ];
}

/** A mounted Secret: each key it lists under `items`, or all of it. */
function mounted(value: unknown, path: string, nameField: string): readonly SecretReference[] {
  const items = listOf(fieldsOf(value)['items']);
  return wholeSecret(value, path, nameField).flatMap((whole) => {
    const keys = items.flatMap((item, index) => {
      const key = textOf(fieldsOf(item)['key']);
      return key === undefined ? [] : [{ ...whole, key, path: `${path}.items[${index}]` }];
    });
    return keys.length > 0 ? keys : [whole];
  });
}
