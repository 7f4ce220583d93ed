import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeKey, sealTexts, type TestKey } from '../../../test/support/sealed-stage.ts';
import { openAll } from '../../controllers/sealed-secret/unseal.ts';
import { KeyRing } from '../../seal/key-ring.ts';
import { annotationOf, labelOf, type Scope, scopes } from '../../seal/scope.ts';
import { answerKubeseal } from './answer-kubeseal.ts';

const { signal } = new AbortController();
let [old, current, stranger]: TestKey[] = [];

beforeAll(async () => {
  [old, current, stranger] = await Promise.all([makeKey(Date.now() - 1_000_000), makeKey(), makeKey()]);
});

function need(key: TestKey | undefined): TestKey {
  return key ?? expect.fail('no key');
}

function answers() {
  const ring = new KeyRing([need(current).key, need(old).key]);
  return answerKubeseal({ ring: () => ring, current: () => need(current).key });
}

interface Document {
  readonly namespace?: string;
  readonly name?: string;
  readonly scope?: Scope;
  readonly encryptedData: Readonly<Record<string, string>>;
  readonly template?: object;
}

function body({ namespace = 'ns', name = 'n', scope = 'strict', encryptedData, template }: Document): Buffer {
  return Buffer.from(JSON.stringify({ apiVersion: 'bitnami.com/v1alpha1', kind: 'SealedSecret', metadata: { namespace, name, annotations: annotationOf(scope), labels: { kept: 'x' } }, spec: { encryptedData, ...(template === undefined ? {} : { template }), more: { kept: [1] } } }));
}

describe('what kubeseal asks', () => {
  it('is answered for every owner a value was sealed for, and for no other: name, namespace, scope and key', async () => {
    const { verify, rotate } = answers();
    const owners = ['ns', 'other'].flatMap((namespace) => ['n', 'm'].flatMap((name) => scopes.map((scope) => ({ namespace, name, scope }))));
    let [accepted, refused] = [0, 0];
    for (const sealer of [need(old), need(current), need(stranger)]) {
      for (const sealedFor of owners) {
        const encryptedData = sealTexts({ a: 'canary' }, sealer, sealedFor);
        for (const claimed of owners) {
          const isOwner = sealer !== stranger && labelOf(sealedFor).equals(labelOf(claimed)) && sealedFor.scope === claimed.scope;
          const document = body({ ...claimed, encryptedData });
          expect(await verify(document, signal), JSON.stringify([sealedFor, claimed])).toBe(isOwner);
          if (sealer === old) expect((await rotate(document, signal)) !== undefined).toBe(isOwner);
          if (isOwner) accepted += 1;
          else refused += 1;
        }
      }
    }
    expect([accepted, refused]).toEqual([56, 376]);
  }, 120_000);

  it('is sealed anew for the newest key under the very label that opened it, and the rest stays as it was', async () => {
    const { rotate } = answers();
    const template = { metadata: { labels: { l: 'v' }, annotations: { 'sealedsecrets.bitnami.com/managed': 'true' } }, data: { b: '{{ .a }}' }, type: 'Opaque', immutable: true };
    const before = body({ encryptedData: sealTexts({ a: 'canary', e: '' }, need(old), { namespace: 'ns', name: 'n' }), template });
    const after: unknown = JSON.parse((await rotate(before, signal)) ?? '');
    const { spec, ...rest } = after as { readonly spec: { readonly encryptedData: Readonly<Record<string, string>> } };
    const original = JSON.parse(before.toString()) as { readonly spec: object };
    expect({ ...rest, spec: { ...spec, encryptedData: 0 } }).toEqual({ ...original, spec: { ...original.spec, encryptedData: 0 } });
    const { values, keys } = await openAll(spec.encryptedData, labelOf({ scope: 'strict', namespace: 'ns', name: 'n' }), new KeyRing([need(current).key, need(old).key]), signal);
    expect(Object.fromEntries([...values].map(([name, value]) => [name, Buffer.from(value.reveal()).toString()]))).toEqual({ a: 'canary', e: '' });
    expect(keys).toEqual([need(current).key.certificate.fingerprint]);
  });

  it('widens no scope, whatever the template says (CVE-2026-22728), and hears no template out (the oracle of 0.38)', async () => {
    const { verify, rotate } = answers();
    const encryptedData = sealTexts({ a: 'canary' }, need(old), { namespace: 'ns', name: 'n' });
    const template = { metadata: { annotations: annotationOf('cluster-wide') } };
    const rotated = (await rotate(body({ encryptedData, template }), signal)) ?? '';
    const values = (JSON.parse(rotated) as { readonly spec: { readonly encryptedData: Readonly<Record<string, string>> } }).spec.encryptedData;
    expect(await verify(body({ encryptedData: values }), signal)).toBe(true);
    expect(await verify(body({ scope: 'cluster-wide', encryptedData: values }), signal)).toBe(false);
    expect(await rotate(body({ scope: 'cluster-wide', encryptedData }), signal)).toBeUndefined();
    for (const guess of ['c', 'x']) {
      expect(await verify(body({ encryptedData, template: { data: { t: `{{ if eq (substr 0 1 .a) "${guess}" }}{{ fail "no" }}{{ end }}` } } }), signal)).toBe(true);
    }
  });

  it('is one answer for whatever is no SealedSecret that opens', async () => {
    const { verify, rotate } = answers();
    const good = sealTexts({ a: 'canary' }, need(old), { namespace: 'ns', name: 'n' });
    const bad = ['', '{', '[]', 'null', '- a', 'a: &a [*a]', `${body({ encryptedData: good }).toString()}\n---\n${body({ encryptedData: good }).toString()}`, '\u0000', body({ encryptedData: {} }).toString(), '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"n"}}'];
    for (const text of bad) expect([await verify(Buffer.from(text), signal), await rotate(Buffer.from(text), signal)], text).toEqual([false, undefined]);
  });

  it('has ten thousand malformed values refused alike', async () => {
    const { verify } = answers();
    const whole = Buffer.from(sealTexts({ a: 'canary' }, need(old), { namespace: 'ns', name: 'n' })['a'] ?? '', 'base64');
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey;
    const other = Buffer.from(sealTexts({ a: 'canary' }, { key: { certificate: { pem: '', fingerprint: '', publicKey: short, modulusBytes: 128, notBefore: 0, notAfter: 0 } } }, { namespace: 'ns', name: 'n' })['a'] ?? '', 'base64');
    const malformed = fc.oneof(
      // most are cheap: no key has their length, or they are no base64
      { weight: 40, arbitrary: fc.base64String({ maxLength: 900 }) },
      { weight: 40, arbitrary: fc.string({ maxLength: 200 }) },
      { weight: 30, arbitrary: fc.nat(whole.length - 1).map((length) => whole.subarray(0, length).toString('base64')) },
      { weight: 30, arbitrary: fc.tuple(fc.nat(other.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, flip]) => Buffer.from(other.map((byte, index) => (index === at ? byte ^ flip : byte))).toString('base64')) },
      { weight: 1, arbitrary: fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, flip]) => Buffer.from(whole.map((byte, index) => (index === at ? byte ^ flip : byte))).toString('base64')) },
    );
    const ring = new KeyRing([need(current).key, need(old).key]);
    let count = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(malformed, { minLength: 100, maxLength: 100 }), async (values) => {
        count += values.length;
        const encryptedData = Object.fromEntries(values.map((value, index) => [String(index), value]));
        const { failed } = await openAll(encryptedData, labelOf({ scope: 'strict', namespace: 'ns', name: 'n' }), ring, signal);
        expect([failed.length, await verify(body({ encryptedData }), signal), await verify(body({ encryptedData: { a: values[0] ?? '' } }), signal)]).toEqual([100, false, false]);
      }),
      { numRuns: 100 },
    );
    expect(count).toBe(10_000);
  }, 120_000);
});
