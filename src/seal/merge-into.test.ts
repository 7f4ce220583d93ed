import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type NewSealingKey, newSealingKey } from '../../test/support/new-sealing-key.ts';
import { KeyRing } from './key-ring.ts';
import { readManifests } from './manifest.ts';
import { mergeInto, type MergeOptions } from './merge-into.ts';
import { sealText } from './seal-text.ts';
import { openingProblem, openItems, readSealedManifest } from './sealed-manifest.ts';

let key: NewSealingKey;
beforeAll(async () => {
  key = await newSealingKey();
});

/** As kubeseal's own test has it: the item is a label and an annotation too. */
function secret(item: string, value: string, { name = 'testname', namespace = 'testns' } = {}): Buffer {
  return Buffer.from(JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace, labels: { [item]: value }, annotations: { [item]: value } }, stringData: { [item]: value } }));
}

async function sealed(input: Uint8Array, format: 'json' | 'yaml' = 'json'): Promise<string> {
  return await sealText(input, { where: 'in', format, certificate: key.certificate, randomBytes });
}

async function merged(input: Uint8Array, target: string, options: Partial<MergeOptions> = {}): Promise<string> {
  return await mergeInto(input, { where: 'in', target: { text: target, where: 'target' }, certificate: key.certificate, randomBytes, ...options });
}

async function opened(text: string): Promise<readonly object[]> {
  return await Promise.all(
    readManifests(text, 'out').map(async (manifest) => {
      const { name, namespace, scope, template, ...one } = readSealedManifest(manifest);
      const items = await openItems({ name, namespace, scope, template, ...one }, new KeyRing([key]));
      expect(openingProblem(items)).toBeUndefined();
      return { owner: `${namespace}/${name}`, items: items.map((item) => item.key).toSorted(), labels: Object.fromEntries(template.labels), annotations: Object.fromEntries(template.annotations) };
    }),
  );
}

describe('merging into a SealedSecret', () => {
  it('adds what is new', async () => {
    const [one] = await opened(await merged(secret('foo', 'secret1'), await sealed(secret('bar', 'secret2'))));
    expect(one).toEqual({ owner: 'testns/testname', items: ['bar', 'foo'], labels: { bar: 'secret2', foo: 'secret1' }, annotations: { bar: 'secret2', foo: 'secret1' } });
  });

  it('replaces what is there', async () => {
    const before = await sealed(secret('foo', 'secret2'));
    const after = await merged(secret('foo', 'secret1'), before);
    expect(await opened(after)).toEqual([{ owner: 'testns/testname', items: ['foo'], labels: { foo: 'secret1' }, annotations: { foo: 'secret1' } }]);
    expect(after).not.toBe(before);
  });

  it('seals for the SealedSecret, whatever name and namespace the Secret has', async () => {
    const [one] = await opened(await merged(secret('foo', 'secret1', { name: 'badname', namespace: 'badns' }), await sealed(secret('bar', 'secret2'))));
    expect(one).toMatchObject({ owner: 'testns/testname', items: ['bar', 'foo'] });
  });

  it('changes nothing else of a file in YAML: comments, order, quotes and other documents stay', async () => {
    const item = /bar: (\S+)/.exec(await sealed(secret('bar', 'b'), 'yaml'))?.[1] ?? '';
    const target = `# kept by hand\nkind: SealedSecret # first\napiVersion: bitnami.com/v1alpha1\nspec:\n    encryptedData:\n        # the old one\n        bar: '${item}' # of 2020\nmetadata:\n    name: testname\n    namespace: testns\n---\nkind: ConfigMap\n`;
    const after = await merged(secret('foo', 'f'), target);
    const added = /foo: (AQ\S+)/.exec(after)?.[1] ?? '';
    expect(after).toBe(target.replace('# of 2020\n', `# of 2020\n        foo: ${added}\n      template:\n        metadata:\n          labels:\n            foo: f\n          annotations:\n            foo: f\n`.replaceAll(/^ {6}(?= *(template|metadata|labels|annotations|foo: f))/gm, '    ')));
    await opened(after.replace(/---[^]*/, ''));
  });

  it('takes the scope of the file, and refuses another', async () => {
    const target = (await sealed(secret('bar', 'b'), 'yaml')).replace('metadata:\n  name', 'metadata:\n  annotations:\n    sealedsecrets.bitnami.com/cluster-wide: "true"\n  name').replace(/\n {4}bar: .*/, ' {}');
    const [one] = await opened(await merged(secret('foo', 'f', { namespace: 'elsewhere' }), target));
    expect(one).toMatchObject({ items: ['foo'] });
    await expect(merged(secret('foo', 'f'), target, { scope: 'strict' })).rejects.toThrow('target:4: the SealedSecret has the scope cluster-wide, and --scope says strict');
    await expect(merged(secret('foo', 'f'), target, { scope: 'cluster-wide' })).resolves.toContain('"foo": "AQ');
  });

  it('finds the one of its name among several', async () => {
    const target = `${await sealed(secret('a', '1', { name: 'one' }), 'yaml')}${await sealed(secret('b', '2', { name: 'two' }), 'yaml')}`;
    expect(await opened(await merged(secret('c', '3', { name: 'two' }), target))).toMatchObject([{ items: ['a'] }, { items: ['b', 'c'] }]);
    await expect(merged(secret('c', '3', { name: 'three' }), target)).rejects.toThrow('0 of them go by the name of the Secret');
  });

  it('is refused where there is nothing to merge, or nothing to merge into', async () => {
    await expect(merged(secret('a', 'b'), 'kind: Secret\n')).rejects.toThrow('target holds no SealedSecret');
    await expect(merged(Buffer.from(''), await sealed(secret('a', 'b')))).rejects.toThrow('no secrets found');
  });

  it('does not let an annotation of one key stand over items of two', async () => {
    const target = await sealText(secret('a', 'b'), { where: 'in', format: 'yaml', certificate: key.certificate, randomBytes, annotateKey: true });
    await expect(merged(secret('c', 'd'), target)).resolves.toContain('c: AQ');
    await expect(merged(secret('c', 'd'), target, { certificate: (await newSealingKey()).certificate })).rejects.toThrow('another key has sealed it');
  });
});
