import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type NewSealingKey, newSealingKey } from '../../test/support/new-sealing-key.ts';
import { KeyRing } from './key-ring.ts';
import { readManifests } from './manifest.ts';
import { printManifest } from './print-manifest.ts';
import type { Scope } from './scope.ts';
import { SealError } from './seal-error.ts';
import { type SealTextOptions, sealText } from './seal-text.ts';
import { openItems, readSealedManifest, type SealedManifest } from './sealed-manifest.ts';

let key: NewSealingKey;
beforeAll(async () => {
  key = await newSealingKey();
});

const [clusterWide, namespaceWide] = [{ 'sealedsecrets.bitnami.com/cluster-wide': 'true' }, { 'sealedsecrets.bitnami.com/namespace-wide': 'true' }];

function secret(metadata: object, rest: object = { data: { foo: Buffer.from('sekret').toString('base64') } }): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata, ...rest });
}

async function seal(text: string, options: Partial<SealTextOptions> = {}): Promise<string> {
  return await sealText(Buffer.from(text), { where: 'in', format: 'json', certificate: key.certificate, randomBytes, ...options });
}

async function sealed(text: string, options: Partial<SealTextOptions> = {}): Promise<readonly SealedManifest[]> {
  return readManifests(await seal(text, options), 'out').map(readSealedManifest);
}

async function values(one: SealedManifest): Promise<Readonly<Record<string, string>>> {
  const items = await openItems(one, new KeyRing([key]));
  return Object.fromEntries(items.map((item) => [item.key, item.kind === 'opened' ? Buffer.from(item.opened.value.reveal()).toString() : item.kind]));
}

const withoutCiphertexts = (text: string): string => text.replaceAll(/AQ[A-D][A-Za-z0-9+/=]{300,}/g, 'CIPHERTEXT');

describe('sealing as kubeseal does', () => {
  // restated from kubeseal's own table
  it.each<[string, object, Scope | undefined, { readonly namespace: string; readonly scope: Scope }]>([
    ['a Secret with a namespace', { name: 'mysecret', namespace: 'myns' }, undefined, { namespace: 'myns', scope: 'strict' }],
    ['one without', { name: 'mysecret' }, undefined, { namespace: 'default', scope: 'strict' }],
    ['one for its namespace', { name: 'mysecret', annotations: namespaceWide }, undefined, { namespace: 'default', scope: 'namespace-wide' }],
    ['one for every namespace, which is given none', { name: 'mysecret', annotations: clusterWide }, undefined, { namespace: '', scope: 'cluster-wide' }],
    ['one for every namespace, which keeps its own', { name: 'mysecret', namespace: 'myns', annotations: clusterWide }, undefined, { namespace: 'myns', scope: 'cluster-wide' }],
    ['one for its namespace, as the flag says', { name: 'mysecret' }, 'namespace-wide', { namespace: 'default', scope: 'namespace-wide' }],
    ['one for every namespace, as the flag says', { name: 'mysecret' }, 'cluster-wide', { namespace: '', scope: 'cluster-wide' }],
  ])('seals %s', async (_, metadata, scope, expected) => {
    const [one] = await sealed(secret(metadata, { data: { foo: Buffer.from('sekret').toString('base64') }, stringData: { foos: 'stringsekret' } }), {
      contextNamespace: async () => 'default',
      ...(scope === undefined ? {} : { scope }),
    });
    expect(one).toMatchObject({ name: 'mysecret', ...expected });
    expect(one === undefined ? {} : await values(one)).toEqual({ foo: 'sekret', foos: 'stringsekret' });
  });

  it.each<[string, string, string | undefined, string | undefined]>([
    ['contradicts', 'secretns', 'flagns', 'namespace mismatch: input secret is in namespace "secretns" but "flagns" was specified'],
    ['agrees', 'samens', 'samens', undefined],
    ['is not said', 'secretns', undefined, undefined],
    ['fills what is missing', '', 'flagns', undefined],
  ])('takes a namespace that %s', async (_, own, flag, problem) => {
    const sealing = sealed(secret({ name: 'mysecret', namespace: own }), flag === undefined ? {} : { namespace: { name: flag, isDemanded: true } });
    if (problem === undefined) expect(await sealing).toMatchObject([{ namespace: own === '' ? flag : own }]);
    else await expect(sealing).rejects.toThrow(problem);
  });

  it.each([
    ['JSON', (one: string, other: string) => `${one}\n${other}`, 'json' as const],
    ['YAML', (one: string, other: string) => `---\n${one}\n---\n# nothing\n---\n${other}`, 'yaml' as const],
    ['a List', (one: string, other: string) => `{"apiVersion":"v1","kind":"List","items":[${one},${other}]}`, 'yaml' as const],
  ])('seals each Secret of several in %s', async (_, join, format) => {
    const text = await seal(join(secret({ name: 's1' }), secret({ name: 's2' })), { format, scope: 'namespace-wide', contextNamespace: async () => 'testns' });
    expect(readManifests(text, 'out').map(readSealedManifest).map(({ name, namespace }) => `${namespace}/${name}`)).toEqual(['testns/s1', 'testns/s2']);
    expect(text.startsWith('---\n')).toBe(format === 'yaml');
    expect(text.endsWith('---\n')).toBe(false);
  });

  it('prints JSON and YAML byte for byte as kubeseal 0.40.0 does', async () => {
    const text = secret(
      {
        name: 'db', namespace: 'a', uid: 'x', resourceVersion: '5', generation: 2, creationTimestamp: '2020-01-01T00:00:00Z',
        labels: { z: '1', a: 'yes' },
        annotations: { ...namespaceWide, note: '<a> & b', lines: 'l1\nl2\n', 'kubectl.kubernetes.io/last-applied-configuration': 'canary', 'kubecfg.ksonnet.io/last-applied-configuration': 'canary' },
        ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'x', uid: 'y' }],
      },
      { type: 'Opaque', immutable: false, data: { p: 'YQ==', 10: '', 9: '' } },
    );
    expect(withoutCiphertexts(await seal(text))).toBe(`{
  "kind": "SealedSecret",
  "apiVersion": "bitnami.com/v1alpha1",
  "metadata": {
    "name": "db",
    "namespace": "a",
    "annotations": {
      "sealedsecrets.bitnami.com/namespace-wide": "true"
    }
  },
  "spec": {
    "template": {
      "metadata": {
        "name": "db",
        "namespace": "a",
        "labels": {
          "a": "yes",
          "z": "1"
        },
        "annotations": {
          "lines": "l1\\nl2\\n",
          "note": "\\u003ca\\u003e \\u0026 b",
          "sealedsecrets.bitnami.com/namespace-wide": "true"
        }
      },
      "type": "Opaque",
      "immutable": false
    },
    "encryptedData": {
      "10": "CIPHERTEXT",
      "9": "CIPHERTEXT",
      "p": "CIPHERTEXT"
    }
  }
}
`);
    expect(withoutCiphertexts(await seal(text, { format: 'yaml' }))).toBe(`---
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata:
  annotations:
    sealedsecrets.bitnami.com/namespace-wide: "true"
  name: db
  namespace: a
spec:
  encryptedData:
    "9": CIPHERTEXT
    "10": CIPHERTEXT
    p: CIPHERTEXT
  template:
    immutable: false
    metadata:
      annotations:
        lines: |
          l1
          l2
        note: <a> & b
        sealedsecrets.bitnami.com/namespace-wide: "true"
      labels:
        a: "yes"
        z: "1"
      name: db
      namespace: a
    type: Opaque
`);
  });

  it.each<[string, string, Partial<SealTextOptions>]>([
    ['no secrets found', '', {}],
    ['no secrets found', '---\n# nothing\n', {}],
    ['secret.data is empty in input Secret', secret({ name: 'a', namespace: 'b' }, {}), {}],
    ['missing metadata.name in input Secret', secret({ namespace: 'b' }), {}],
    ['secret must declare a namespace', secret({ name: 'a' }), {}],
    ['in:1: kind is not Secret', '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"a":"b"}}', {}],
    ['in:2: kind is SealedSecret: this one is sealed already', 'apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\n', {}],
    ['in:5: data.a is not base64', 'apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: b}\ndata:\n  a: canary!\n', {}],
    ['in:4: stringData.a must be a text; put it into quotes', 'kind: Secret\nmetadata: {name: a, namespace: b}\nstringData:\n  a: 0777\n', {}],
    ['in:1: a nested mapping', 'kind: Secret\n  canary: [', {}],
    ['must be a map of fields', 'canary', {}],
  ])('says what is wrong and quotes nothing: %s', async (problem, text, options) => {
    await expect(seal(text, options)).rejects.toThrow(SealError);
    await expect(seal(text, options)).rejects.toThrow(problem);
    await expect(seal(text, options)).rejects.not.toThrow('canary');
  });

  it('seals what is empty where that is asked for, and empty values always', async () => {
    const [none, empty] = [await sealed(secret({ name: 'a', namespace: 'b' }, {}), { allowEmptyData: true }), await sealed(secret({ name: 'a', namespace: 'b' }, { stringData: { a: '' } }))];
    expect([none[0]?.items.size, empty[0] === undefined ? {} : await values(empty[0])]).toEqual([0, { a: '' }]);
  });

  it('gives the SealedSecret labels and the fingerprint of its key only where that is asked for', async () => {
    const text = secret({ name: 'a', namespace: 'b', labels: { x: 'y' } });
    const [plain, marked] = [JSON.parse(await seal(text)), JSON.parse(await seal(text, { keepLabels: true, annotateKey: true }))];
    expect([plain.metadata, marked.metadata]).toEqual([
      { name: 'a', namespace: 'b' },
      { name: 'a', namespace: 'b', labels: { x: 'y' }, annotations: { 'prelude.dev/sealed-with': key.certificate.fingerprint } },
    ]);
  });

  it('opens again for its own owner, whatever the values and their names are', async () => {
    const name = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/);
    const data = fc.dictionary(fc.stringMatching(/^[-._a-zA-Z0-9]{1,12}$/).filter((one) => one !== '__proto__'), fc.string({ unit: 'grapheme' }), { minKeys: 1, maxKeys: 4, noNullPrototype: true });
    await fc.assert(
      fc.asyncProperty(name, name, data, fc.constantFrom<Scope>('strict', 'namespace-wide', 'cluster-wide'), fc.constantFrom('json' as const, 'yaml' as const), async (own, namespace, stringData, scope, format) => {
        const [one] = await sealed(secret({ name: own, namespace }, { stringData }), { scope, format });
        expect(one === undefined ? {} : await values(one)).toEqual(stringData);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a printed manifest', () => {
  it('is read as what it was, in both formats', async () => {
    const texts = fc.dictionary(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((one) => one !== '__proto__'), fc.string({ unit: 'grapheme' }), { noNullPrototype: true });
    await fc.assert(
      fc.asyncProperty(texts, fc.constantFrom('json' as const, 'yaml' as const), async (found, format) => {
        const object = { a: new Map(Object.entries(found)), b: [true, null, ''] };
        expect(readManifests(await printManifest(object, format), 'out').map(({ value }) => value)).toEqual([{ a: found, b: [true, null, ''] }]);
      }),
      { numRuns: 200 },
    );
  });
});
