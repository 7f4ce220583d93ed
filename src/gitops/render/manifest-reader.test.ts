import { describe, expect, it } from 'vitest';
import { createManifestReader } from './manifest-reader.ts';

const text = Buffer.from('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: b}\n');

describe('createManifestReader', () => {
  it('parses a content once, per file', () => {
    const reader = createManifestReader(1000);

    const first = reader.read('a.yaml', text);

    expect(reader.read('a.yaml', Buffer.from(text))).toBe(first);
    expect(reader.read('b.yaml', text)).not.toBe(first);
    expect(reader.read('b.yaml', text).manifests[0]?.origin).toEqual({ file: 'b.yaml', line: 1 });
  });

  it('remembers no more text than it may, the latest first', () => {
    const reader = createManifestReader(text.length * 2);
    const a = reader.read('a.yaml', text);
    const b = reader.read('b.yaml', text);
    reader.read('a.yaml', text);
    reader.read('c.yaml', text);

    expect(reader.read('a.yaml', text)).toBe(a);
    expect(reader.read('b.yaml', text)).not.toBe(b);
  });

  it('hands out what nobody can change', () => {
    const [manifest] = createManifestReader(1000).read('a.yaml', text).manifests;

    expect(() => Object.assign(manifest?.object['data'] ?? {}, { a: 'changed' })).toThrow(TypeError);
    expect(() => Object.assign(manifest?.object.metadata ?? {}, { name: 'changed' })).toThrow(TypeError);
  });

  it('leaves out what only the API server sets', () => {
    const exported = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\n  uid: x\n  resourceVersion: "1"\n  generation: 3\n  creationTimestamp: 2026-01-01T00:00:00Z\n  managedFields: []\n  annotations:\n';

    const [manifest] = createManifestReader(1000).read('a.yaml', Buffer.from(exported)).manifests;

    expect(manifest?.object.metadata).toEqual({ name: 'c' });
  });

  it.each([
    ['apiVersion: 1\nkind: A\nmetadata: {name: c}', ['apiVersion: is required']],
    ['apiVersion: v1\nkind: A\nmetadata: {name: 1}', ['metadata.name: must be a string; quote the value']],
    ['apiVersion: v1\nkind: A\nmetadata: {name: a/b}', ['metadata.name: is not the name of an object']],
    ['apiVersion: v1\nkind: A\nmetadata: {name: ..}', ['metadata.name: is not the name of an object']],
    ['apiVersion: v1\nkind: A\nmetadata: {name: c, namespace: A_B}', ['metadata.namespace: must be a name in lower case: letters, digits and -']],
    ['apiVersion: v1\nkind: A b\nmetadata: {name: c}', ['kind: is not the name of a kind']],
    ['apiVersion: x/y/z\nkind: A\nmetadata: {name: c}', ['apiVersion: must be a version like v1 or apps/v1']],
  ])('refuses %j', (manifest, expected) => {
    const { problems } = createManifestReader(1000).read('a.yaml', Buffer.from(manifest));

    expect(problems.map(({ path, message }) => `${path}: ${message}`)).toEqual(expected);
  });
});
