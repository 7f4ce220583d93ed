import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sealedSecretType, secretType } from '../../src/kube/resource-types.ts';
import { describeSealedSecrets } from '../contract/sealed-secret.contract.ts';
import { describeSealedUpstreamCases } from '../contract/sealed-upstream-cases.contract.ts';
import { isEffectiveWrite } from '../support/parts/audit-log.ts';
import { openRealWorld, type RealWorld } from '../support/real-world.ts';
import { sealedStage, startSealed } from '../support/sealed-stage.ts';

let world: RealWorld;

beforeAll(async () => {
  world = await openRealWorld();
});
afterAll(() => world.stop());

const open = (): Promise<RealWorld> => Promise.resolve(world);

describeSealedSecrets('on a real API server', open);
describeSealedUpstreamCases('on a real API server', open);

describe('on a real API server', () => {
  const stage = sealedStage('real', open);

  test('the first key is made once, however many start at the same moment', async () => {
    for await (const { items } of stage.cluster.pages(secretType, { namespace: stage.namespace }, new AbortController().signal)) {
      for (const { metadata } of items) await stage.remove(secretType, metadata.name);
    }
    const all = await Promise.all(Array.from({ length: 3 }, () => startSealed(stage.cluster, { keyNamespace: stage.namespace, makesKeys: true })));
    await stage.until(() => expect(all.map(({ half }) => half.keys.stored().length)).toEqual([1, 1, 1]));
    const [key] = all[0]?.half.keys.stored() ?? [];
    expect(await stage.get(secretType, key?.name ?? '')).toMatchObject({ type: 'kubernetes.io/tls', metadata: { name: expect.stringMatching(/^sealed-secrets-key[a-z0-9]{5}$/), labels: { 'sealedsecrets.bitnami.com/sealed-secrets-key': 'active' } } });
    await Promise.all(all.map((one) => one.stop()));
  });

  test('who shows a token may ask where its bearer may reach proxies of Services', async () => {
    const ask = (token: string): Promise<string> | undefined => stage.cluster.callerReview?.({ token, verb: 'create', group: '', resource: 'services', subresource: 'proxy', namespace: stage.namespace }, new AbortController().signal);
    await stage.cluster.create({ group: '', version: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts', namespaced: true, statusSubresource: false }, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: stage.namespace, name: 'ci' } }, { fieldManager: 'test' }, new AbortController().signal);
    const token = await stage.cluster.tokenRequest({ namespace: stage.namespace, name: 'ci' }, { audiences: [], expirationSeconds: 600 }, new AbortController().signal);
    expect([await ask('nonsense'), await ask(token)]).toEqual(['unknown', 'refused']);
  });

  test('by the audit log an object costs two writes, and a restart nothing', async () => {
    await stage.start();
    await stage.declare('foo', { a: '1' });
    await stage.untilSynced('foo');
    const writes = (): readonly string[] => world.audit().flatMap((entry) => (entry.namespace === stage.namespace && entry.name === 'foo' && entry.resource !== 'events' && isEffectiveWrite(entry) ? [`${entry.verb} ${entry.resource}`] : []));
    await stage.until(() => expect(writes()).toEqual(['create sealedsecrets', 'create secrets', 'patch sealedsecrets']));
    await stage.stop();
    await stage.start();
    await stage.pause(1_000);
    expect(writes()).toHaveLength(3);
    expect(stage.running.operations()).toBe(0);
    await stage.remove(sealedSecretType, 'foo');
  });
});
