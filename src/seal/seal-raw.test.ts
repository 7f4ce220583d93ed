import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type NewSealingKey, newSealingKey } from '../../test/support/new-sealing-key.ts';
import { KeyRing } from './key-ring.ts';
import { readManifests } from './manifest.ts';
import { annotationOf, type Scope } from './scope.ts';
import { sealRawValue } from './seal-raw.ts';
import { openingProblem, openItems, readSealedManifest } from './sealed-manifest.ts';

let key: NewSealingKey;
beforeAll(async () => {
  key = await newSealingKey();
});

const owner = { namespace: 'myns', name: 'mysecret' };

async function opened(value: string, scope: Scope): Promise<string | undefined> {
  const [manifest] = readManifests(JSON.stringify({ apiVersion: 'bitnami.com/v1alpha1', kind: 'SealedSecret', metadata: { ...owner, annotations: annotationOf(scope) }, spec: { encryptedData: { foo: value } } }), 'out');
  return manifest === undefined ? 'nothing' : openingProblem(await openItems(readSealedManifest(manifest), new KeyRing([key])));
}

describe('a bare value', () => {
  // restated from kubeseal's own table: sealed for these, it is put into myns/mysecret
  it.each<[Scope, string, string, boolean]>([
    ['strict', 'myns', 'mysecret', true],
    ['strict', 'youGiveRest', 'mysecret', false],
    ['strict', 'myns', 'aBadName', false],
    ['namespace-wide', 'myns', 'mysecret', true],
    ['namespace-wide', 'youGiveRest', '', false],
    ['namespace-wide', 'youGiveRest', 'aBadName', false],
    ['namespace-wide', 'myns', '', true],
    ['namespace-wide', 'myns', 'aBadName', true],
    ['cluster-wide', 'myns', 'mysecret', true],
    ['cluster-wide', 'youGiveRest', 'mysecret', true],
    ['cluster-wide', 'myns', '', true],
    ['cluster-wide', 'myns', 'aBadName', true],
    ['cluster-wide', '', '', true],
    ['cluster-wide', '', 'aBadName', true],
  ])('that is sealed %s for "%s/%s" opens there: %s', async (scope, namespace, name, opens) => {
    const value = await sealRawValue({ scope, namespace, name }, { certificate: key.certificate, randomBytes }, async () => Buffer.from('supersecret'));
    expect(await opened(value, scope)).toBe(opens ? undefined : 'no key could decrypt secret (foo)');
  });

  it.each<[Scope, string, string, string]>([
    ['strict', '', 'x', 'must provide the --namespace flag with --raw and --scope strict'],
    ['strict', 'x', '', 'must provide the --name flag with --raw and --scope strict'],
    ['namespace-wide', '', 'x', 'must provide the --namespace flag with --raw and --scope namespace-wide'],
  ])('is not asked for where its owner is incomplete: %s "%s/%s"', async (scope, namespace, name, problem) => {
    const asked: string[] = [];
    const sealing = sealRawValue({ scope, namespace, name }, { certificate: key.certificate, randomBytes }, async () => Buffer.from(String(asked.push('read'))));
    await expect(sealing).rejects.toThrow(problem);
    expect(asked).toEqual([]);
  });
});
