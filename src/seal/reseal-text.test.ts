import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type NewSealingKey, newSealingKey } from '../../test/support/new-sealing-key.ts';
import { checkText } from './check-text.ts';
import { KeyRing } from './key-ring.ts';
import { renderSealed } from './render-sealed.ts';
import { resealText } from './reseal-text.ts';
import { sealFile } from './seal-file.ts';
import { sealText } from './seal-text.ts';
import type { OpeningKey } from './sealing-key.ts';
import { unsealText } from './unseal-text.ts';

let [old, fresh]: NewSealingKey[] = [];
beforeAll(async () => {
  [old, fresh] = await Promise.all([newSealingKey(), newSealingKey({ bits: 3072 })]);
});

function key(which: NewSealingKey | undefined): NewSealingKey {
  if (which === undefined) throw new Error('made before all tests');
  return which;
}

const ring = (...keys: readonly (NewSealingKey | undefined)[]): KeyRing<OpeningKey> => new KeyRing<OpeningKey>(keys.map(key));

async function sealed({ scope, annotateKey = false }: { readonly scope?: 'cluster-wide'; readonly annotateKey?: boolean } = {}): Promise<string> {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a', namespace: 'b' }, stringData: { x: 'one', y: 'two' } };
  return await sealText(Buffer.from(JSON.stringify(secret)), { where: 'in', format: 'yaml', certificate: key(old).certificate, randomBytes, annotateKey, ...(scope === undefined ? {} : { scope }) });
}

async function reseal(text: string, keys = ring(old), all = false): Promise<Awaited<ReturnType<typeof resealText>>> {
  return await resealText(text, { where: 'f.yaml', ring: keys, all, certificate: key(fresh).certificate, randomBytes });
}

async function unseal(text: string, keys = ring(old, fresh)): Promise<Record<string, unknown>> {
  return JSON.parse(await unsealText(Buffer.from(text), { where: 'f.yaml', format: 'json', ring: keys, render: renderSealed }));
}

const values = { x: Buffer.from('one').toString('base64'), y: Buffer.from('two').toString('base64') };

describe('resealing without a cluster', () => {
  it('changes ciphertexts and nothing else, under the label that opened them', async () => {
    const before = `# by hand\n${(await sealed({ scope: 'cluster-wide' })).replace('  template:', '  # kept\n  template:')}---\nkind: ConfigMap # other\n`;
    const { text, items, current } = await reseal(before);
    expect([items, current]).toEqual([2, 0]);
    expect(text.replaceAll(/: A[QY][A-Za-z0-9+/=]+/g, ': CT')).toBe(before.replaceAll(/: AQ[A-Za-z0-9+/=]+/g, ': CT'));
    expect((await unseal(text.replace(/---\nkind: ConfigMap[^]*/, ''), ring(fresh)))['data']).toEqual(values);
  });

  it('leaves alone what the new key has sealed, unless all is asked for', async () => {
    const { text } = await reseal(await sealed());
    expect(await reseal(text, ring(old, fresh))).toEqual({ text, items: 0, current: 2 });
    const again = await reseal(text, ring(fresh), true);
    expect([again.items, again.text === text]).toEqual([2, false]);
  });

  it('keeps the annotation of the key true', async () => {
    const { text } = await reseal(await sealed({ annotateKey: true }));
    expect(text).toContain(`prelude.dev/sealed-with: ${key(fresh).certificate.fingerprint}`);
  });

  it('does JSON values one after the other', async () => {
    const json = JSON.stringify({ apiVersion: 'bitnami.com/v1alpha1', kind: 'SealedSecret', metadata: { name: 'a', namespace: 'b' }, spec: { encryptedData: { x: /x: (\S+)/.exec(await sealed())?.[1] } } });
    const { text, items } = await reseal(`${json}\n  ${json}\n`);
    expect(items).toBe(2);
    expect(text.split('\n').map((line) => line.replaceAll(/A[QY][A-Za-z0-9+/=]{300,}/g, 'CT'))).toEqual([json, `  ${json}`, ''].map((line) => line.replaceAll(/AQ[A-Za-z0-9+/=]{300,}/g, 'CT')));
  });

  it('is refused as a whole where one value does not open', async () => {
    await expect(reseal((await sealed()).replace('name: a', 'name: other'))).rejects.toThrow('f.yaml:8: no key could decrypt secret (x, y)');
    await expect(reseal(await sealed(), ring(fresh))).rejects.toThrow('no key could decrypt secret');
    await expect(reseal((await sealed()).replace(/x: \S+/, 'x: AgA='))).rejects.toThrow('not a sealed value (x)');
  });
});

describe('unsealing without a cluster', () => {
  it('gives back the Secret, without an owner that nobody could apply', async () => {
    expect(await unseal(await sealed())).toEqual({ kind: 'Secret', apiVersion: 'v1', metadata: { name: 'a', namespace: 'b' }, data: values });
  });

  it('renders templates over opened values and the other texts, of which opened values win', async () => {
    const text = `${await sealed()}    data:\n      url: "{{ .x }}:{{ .z }}:{{ .none }}"\n      z: zed\n      x: not this\n`;
    expect((await unseal(text))['data']).toEqual({ ...values, url: Buffer.from('one:zed:<no value>').toString('base64'), z: Buffer.from('zed').toString('base64') });
  });

  it('says which template is wrong, and no value', async () => {
    await expect(unseal(`${await sealed()}    data:\n      bad: "{{ fail .x }}"\n`)).rejects.toThrow('template: bad:');
    await expect(unseal(`${await sealed()}    data:\n      bad: "{{ fail .x }}"\n`)).rejects.not.toThrow('one');
  });
});

describe('sealing a file', () => {
  it('puts what is sealed into the place of Secrets, and leaves what SOPS has encrypted', async () => {
    const text = '# head\nkind: ConfigMap\n---\n# of the Secret\napiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n  namespace: b\nstringData:\n  x: one\n---\napiVersion: v1\nkind: Secret\nsops: {}\ndata: {x: y}\n';
    const done = await sealFile(text, { where: 'f.yaml', certificate: key(old).certificate, randomBytes });
    expect(done?.inPlace().replace(/kind: SealedSecret[^]*?namespace: b\n---/, 'SEALED\n---')).toMatch(/^# head\nkind: ConfigMap\n---\n# of the Secret\napiVersion: bitnami\.com\/v1alpha1\nSEALED\n---\n/);
    expect(done?.inPlace()).toContain('kind: Secret\nsops: {}\n');
    expect(done?.inPlace()).not.toContain('x: one');
    expect(done?.alone.startsWith('---\napiVersion: bitnami.com/v1alpha1\n')).toBe(true);
    expect(await sealFile('kind: ConfigMap\n', { where: 'f.yaml', certificate: key(old).certificate, randomBytes })).toBeUndefined();
  });

  it('says where a Secret cannot be sealed', async () => {
    const options = { where: 'f.yaml', certificate: key(old).certificate, randomBytes };
    await expect(sealFile('apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\nstringData: {x: one}\n', options)).rejects.toThrow('f.yaml:3: secret must declare a namespace');
    await expect(sealFile('kind: List\napiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Secret\n', options)).rejects.toThrow('f.yaml:4: this Secret stands in a List');
  });
});

describe('checking what is to be committed', () => {
  const check = async (text: string, means: Parameters<typeof checkText>[2] = {}): Promise<readonly string[]> => (await checkText(text, 'f.yaml', means)).problems.map(({ severity, reason, file, line }) => `${file}:${line} ${severity} ${reason}`);

  it('finds nothing in what is sealed, in other kinds, and in what SOPS has encrypted', async () => {
    expect(await check(`${await sealed()}---\nkind: ConfigMap\ndata: {a: b}\n---\napiVersion: v1\nkind: Secret\ndata: {a: b}\nsops: {}\n---\napiVersion: v1\nkind: Secret\n`, { certificates: [key(old).certificate], ring: ring(old) })).toEqual([]);
    expect(await check('{{ if .x }}\nkind: ConfigMap\n{{ end }}\n')).toEqual([]);
  });

  it.each<[string, (text: string) => string, string]>([
    ['a Secret in plain text', () => 'apiVersion: v1\nkind: Secret\nstringData:\n  a: b\n', 'f.yaml:3 error plaintext'],
    ['a Secret in a chart that is no YAML', () => 'kind: Secret\ndata:\n  {{- toYaml .x }}\n', 'f.yaml:3 warning unreadable'],
    ['a file that is broken', () => 'kind: Secret\n a: b\n', 'f.yaml:1 error unreadable'],
    ['a value that is cut off', (text) => text.replace(/( x: AQ.{100}).*/, '$1'), 'f.yaml:9 error malformed'],
    ['the deprecated form', (text) => text.replace('spec:', 'spec:\n  data: AQ=='), 'f.yaml:8 error malformed'],
    ['another name', (text) => text.replace('  name: a\n', '  name: other\n'), 'f.yaml:5 error owner'],
    ['another namespace', (text) => text.replace('  namespace: b\n', '  namespace: other\n'), 'f.yaml:6 error owner'],
    ['another scope', (text) => text.replace('  name: a\n', '  annotations: {sealedsecrets.bitnami.com/cluster-wide: "true"}\n  name: a\n'), 'f.yaml:5 warning scope'],
  ])('finds %s', async (_, change, problem) => {
    expect(await check(change(await sealed()))).toEqual([problem]);
  });

  it('knows keys by their length from certificates alone, and by name where an annotation says it', async () => {
    expect(await check(await sealed(), { certificates: [key(fresh).certificate] })).toEqual(['f.yaml:9 error unknown-key', 'f.yaml:10 error unknown-key']);
    const other = await newSealingKey();
    expect(await check(await sealed(), { certificates: [other.certificate] })).toEqual([]);
    expect(await check(await sealed({ annotateKey: true }), { certificates: [other.certificate] })).toEqual(['f.yaml:11 error unknown-key', 'f.yaml:12 error unknown-key']);
  });

  it('opens with private keys, and says which key sealed what', async () => {
    const other = await newSealingKey();
    expect(await check(await sealed(), { ring: ring(other) })).toEqual(['f.yaml:9 error unknown-key', 'f.yaml:10 error unknown-key']);
    expect(await check(await sealed(), { ring: ring(old), certificates: [other.certificate] })).toEqual(['f.yaml:9 warning stale-key', 'f.yaml:10 warning stale-key']);
    const { items } = await checkText(await sealed(), 'f.yaml', { ring: ring(old) });
    expect(items.map(({ namespace, name, key: item, sealedWith, bits }) => [namespace, name, item, sealedWith, bits])).toEqual(['x', 'y'].map((item) => ['b', 'a', item, key(old).certificate.fingerprint, 2048]));
  });

  it('says for which scope a value was sealed that its SealedSecret does not say', async () => {
    const text = (await sealed({ scope: 'cluster-wide' })).replaceAll(/ *annotations:\n *sealedsecrets.*\n/g, '');
    const { problems } = await checkText(text, 'f.yaml', { ring: ring(old) });
    expect(problems.map(({ message }) => message)).toContain('x was sealed for the scope cluster-wide, and the SealedSecret says strict');
  });
});
