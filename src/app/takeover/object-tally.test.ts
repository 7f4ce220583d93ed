import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../api/object.ts';
import { shippedChecks } from '../shipped-checks.ts';
import { ObjectTally, type Survey } from './object-tally.ts';

const check = shippedChecks();
const planted = 'planted-value';

function tally(...objects: readonly KubeObject[]): Survey {
  const counted = new ObjectTally({ check, controllerClass: 'default', live: new Map(), now: 0 });
  for (const object of objects) counted.add(object);
  return counted.result();
}

function object(kind: string, name: string, spec: unknown, metadata: object = {}): KubeObject {
  return { apiVersion: kind === 'Password' || kind === 'Grafana' ? 'generators.external-secrets.io/v1alpha1' : 'external-secrets.io/v1', kind, metadata: { namespace: 'a', name, ...metadata }, spec };
}

const store = (name: string, spec: object = {}): KubeObject => object('SecretStore', name, { provider: { fake: { data: [{ key: 'k', value: planted }] } }, ...spec });
const declared = (name: string, from: string, data: readonly object[] = [{ secretKey: 'k', remoteRef: { key: 'k' } }]): KubeObject => object('ExternalSecret', name, { secretStoreRef: { name: from }, data });

describe('ObjectTally', () => {
  it('counts what is wrong once for each object, wherever in a list it stands, and quotes nothing', () => {
    const bad = { secretKey: 'k', remoteRef: { key: planted, decodingStrategy: planted } };
    const survey = tally(store('s'), declared('one', 's', [bad]), declared('two', 's', [{ secretKey: 'a', remoteRef: { key: 'k' } }, bad, { ...bad, secretKey: 'c' }]));

    expect(survey.problems).toEqual([{ kind: 'ExternalSecret', problem: expect.stringMatching(/^spec\.data\[\]\.remoteRef\.decodingStrategy: /), count: 2, examples: ['a/one', 'a/two'] }]);
    expect(JSON.stringify(survey)).not.toContain(planted);
  });

  it('blames a store that it cannot serve, and the ExternalSecrets that use it', () => {
    const survey = tally(store('s', { provider: { elsewhere: { token: planted } } }), declared('one', 's'));

    expect(survey.problems.map(({ kind, count }) => [kind, count])).toEqual([['ExternalSecret', 1], ['SecretStore', 1]]);
  });

  it('leaves objects of another class to it', () => {
    const survey = tally(store('s', { controller: 'other', provider: { elsewhere: {} } }), declared('one', 's'), object('Password', 'p', { controller: 'other' }));

    expect(survey).toMatchObject({ otherClass: 3, anyClass: 0, problems: [] });
  });

  it('knows kinds that it does not serve', () => {
    expect(tally(object('Grafana', 'g', { url: 'https://x' })).problems).toMatchObject([{ kind: 'Grafana', count: 1 }]);
  });

  it('names the first twenty', () => {
    const survey = tally(store('s'), ...Array.from({ length: 30 }, (_, index) => declared(`es-${index}`, 's', [])));

    expect(survey.problems[0]).toMatchObject({ count: 30 });
    expect(survey.problems[0]?.examples).toHaveLength(20);
  });

  it('counts finalizers of upstream, and none of others', () => {
    const finalizers = ['externalsecrets.external-secrets.io/externalsecret-cleanup', 'acme.example/mine'];
    const counted = new ObjectTally({ check, controllerClass: 'default', live: new Map(), now: 0 });
    counted.add({ ...declared('one', 's'), metadata: { namespace: 'a', name: 'one', finalizers } });
    counted.addNamespace({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a', finalizers: ['externalsecrets.external-secrets.io/ces-x', 'kubernetes'] } });

    expect(counted.result().finalizers.map(({ kind, count }) => `${kind} ${count}`).toSorted()).toEqual(['ExternalSecret 1', 'Namespace 1']);
  });
});
