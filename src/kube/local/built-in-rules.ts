import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../api/object.ts';
import { KubeError } from '../kube-error.ts';
import type { ResourceType } from '../port.ts';
import { isJsonMap, type JsonMap } from './json-map.ts';

/** Kubernetes' limit on the data of a Secret or ConfigMap. */
const mostDataBytes = 1 << 20;
const dataKey = /^[-._a-zA-Z0-9]{1,253}$/;
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Keys that a Secret of a built-in type must have. */
const requiredKeys: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
};

/** What the API server fills into what was sent. Other kinds' defaults are not known here. */
export function withDefaults(type: ResourceType, object: KubeObject): KubeObject {
  if (type.group !== '') return object;
  if (type.kind === 'Secret') return secretWithDefaults(object);
  if (type.kind !== 'Namespace') return object;
  const { metadata } = object;
  return { ...object, metadata: { ...metadata, labels: { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name } } };
}

/** `stringData` goes into `data` and is never kept. */
function secretWithDefaults(object: KubeObject): KubeObject {
  const { stringData, ...rest } = object;
  if (!isJsonMap(stringData)) return rest;
  const encoded = Object.entries(stringData).map(([key, value]) => {
    if (typeof value !== 'string') throw new KubeError('invalid', `stringData[${key}]: must be a string`);
    return [key, Buffer.from(value, 'utf8').toString('base64')];
  });
  const data = isJsonMap(object['data']) ? object['data'] : {};
  return { ...rest, data: { ...data, ...Object.fromEntries(encoded) } };
}

/**
 * Rules of the kinds that this product writes, as Kubernetes has them; messages never quote a value.
 * @throws KubeError `invalid`
 */
export function checkBuiltIn(type: ResourceType, live: KubeObject | undefined, object: KubeObject): void {
  if (type.group !== '') return;
  if (type.kind === 'Secret') checkSecret(live, object);
  if (type.kind === 'ConfigMap') checkDataMap(object, isText);
  if (type.kind === 'Secret' || type.kind === 'ConfigMap') checkImmutable(live, object);
}

function checkSecret(live: KubeObject | undefined, object: KubeObject): void {
  checkDataMap(object, isBase64);
  if (live !== undefined && typeOf(live) !== typeOf(object)) throw new KubeError('invalid', 'type: field is immutable');
  const data = dataOf(object);
  const missing = (requiredKeys[typeOf(object)] ?? []).find((key) => !Object.hasOwn(data, key));
  if (missing !== undefined) throw new KubeError('invalid', `data[${missing}]: is required by a Secret of type ${typeOf(object)}`);
}

function checkDataMap(object: KubeObject, isValue: (value: unknown) => boolean): void {
  let size = 0;
  for (const [key, value] of Object.entries(dataOf(object))) {
    if (!dataKey.test(key) || key === '.' || key.startsWith('..')) throw new KubeError('invalid', `data: "${key}" is not a valid key`);
    if (!isValue(value)) throw new KubeError('invalid', `data[${key}]: not of the form that data takes`);
    size += String(value).length;
  }
  const bytes = isText === isValue ? size : (size / 4) * 3;
  if (bytes > mostDataBytes) throw new KubeError('invalid', `data: must have at most ${mostDataBytes} bytes`);
}

function checkImmutable(live: KubeObject | undefined, object: KubeObject): void {
  if (live?.['immutable'] !== true) return;
  if (object['immutable'] !== true) throw new KubeError('invalid', 'immutable: cannot be unset');
  for (const field of ['data', 'binaryData']) {
    if (!isDeepStrictEqual(live[field] ?? {}, object[field] ?? {})) throw new KubeError('invalid', `${field}: field is immutable when \`immutable\` is set`);
  }
}

function dataOf(object: KubeObject): JsonMap {
  const data = object['data'] ?? {};
  if (!isJsonMap(data)) throw new KubeError('invalid', 'data: must be a map');
  return data;
}

function typeOf(object: KubeObject): string {
  return typeof object['type'] === 'string' && object['type'] !== '' ? object['type'] : 'Opaque';
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isBase64(value: unknown): boolean {
  return typeof value === 'string' && base64.test(value);
}
