import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFakeClock, type FakeClock } from '../../../test/support/fake-clock.ts';
import { openLocalWorld } from '../../../test/support/local-world.ts';
import { recordCalls, type RecordingCluster } from '../../../test/support/recording-cluster.ts';
import type { KubeObject } from '../../api/object.ts';
import { KubeError } from '../../kube/kube-error.ts';
import { startInformer } from '../../kube/reflector.ts';
import { configMapType, customResourceDefinitionType, namespaceType } from '../../kube/resource-types.ts';
import { silentLog } from '../../lib/log.ts';
import { type ClusterAnswers, createClusterAnswers } from './cluster-answers.ts';

const { signal } = new AbortController();
const options = { fieldManager: 'test' };
const key = { namespace: 'devnet', name: 'facts' };
const query = { apiVersion: 'v1', kind: 'ConfigMap', ...key };
const application = 'argocd/devnet';

let cluster: RecordingCluster;
let clock: FakeClock;
let lifetime: AbortController;
let news: string[];
let answers: ClusterAnswers;
let trouble: { reads: boolean; review: boolean; reviews: number };
let close: () => Promise<void>;

beforeEach(async () => {
  const world = await openLocalWorld();
  ({ close } = world);
  cluster = recordCalls(world.cluster);
  clock = createFakeClock();
  lifetime = new AbortController();
  news = [];
  trouble = { reads: false, review: false, reviews: 0 };
  const troubled: RecordingCluster = {
    ...cluster,
    get: (type, name, ...more) => (trouble.reads ? Promise.reject(new KubeError('unavailable', 'no connection')) : cluster.get(type, name, ...more)),
    accessReview: async () => {
      trouble.reviews += 1;
      return !trouble.review;
    },
  };
  answers = createClusterAnswers({
    ...{ cluster: troubled, clock, random: () => 0.5, log: silentLog, signal: lifetime.signal },
    startInformer: (informer, until) => startInformer(cluster, informer, { clock, random: Math.random, log: silentLog, signal: until }),
    onNews: (name) => news.push(name),
  });
  await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'devnet' } }, options, signal);
});
afterEach(async () => {
  lifetime.abort(new DOMException('stopped', 'AbortError'));
  await close();
});

const facts = (peers: string): KubeObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: key, data: { peers } });
const metadataReads = (): number => cluster.calls.filter(({ verb }) => verb === 'getMetadata').length;
const definition = (name: string): KubeObject => ({
  apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: `${name.toLowerCase()}s.acme.example` },
  spec: { group: 'acme.example', scope: 'Namespaced', names: { kind: name, plural: `${name.toLowerCase()}s` }, versions: [{ name: 'v1', served: true, storage: true }] },
});

/** A render that looks up a ConfigMap. */
async function lookUp(): Promise<void> {
  const view = answers.open('devnet');
  await view.lookup(query, signal);
  answers.record(application, 'planned', view.consulted());
}

/** A render that asks for an API version. */
async function askFor(name: string, version: string): Promise<void> {
  const view = answers.open('devnet');
  await view.capabilities(signal);
  view.asked({ version: false, has: [version], all: false });
  answers.record(name, 'planned', view.consulted());
}

describe('createClusterAnswers', () => {
  it('reads nothing while no watch has told of a change, and what has changed no sooner than after five seconds', async () => {
    await lookUp();
    await cluster.create(configMapType, facts('one'), options, signal);
    expect([await answers.stillHold(application, signal), metadataReads()]).toEqual([true, 0]);

    await clock.advance(2_000);
    answers.mark(application);
    expect([await answers.stillHold(application, signal), metadataReads()]).toEqual([true, 0]);
    await clock.advance(2_999);
    expect(news).toEqual([]);
    await clock.advance(1);
    expect(news).toEqual([application]);
    expect([await answers.stillHold(application, signal), metadataReads()]).toEqual([false, 1]);
    // nobody is told the same twice
    expect(await answers.stillHold(application, signal)).toBe(true);
  });

  it('finds that nothing has changed by metadata alone, and looks every ten minutes where no watch tells', async () => {
    await cluster.create(configMapType, facts('one'), options, signal);
    await lookUp();
    await clock.advance(530_000);
    expect([await answers.stillHold(application, signal), metadataReads(), news]).toEqual([true, 0, []]);
    await clock.advance(70_000);
    expect([await answers.stillHold(application, signal), metadataReads(), news]).toEqual([true, 1, [application]]);

    await cluster.delete(configMapType, key, {}, signal);
    await clock.advance(600_000);
    expect(await answers.stillHold(application, signal)).toBe(false);
  });

  it('names what was looked up, until an Application looks up nothing more', async () => {
    await lookUp();
    expect(answers.references(application)).toEqual([{ type: configMapType, ...key }]);

    answers.record(application, 'planned', answers.open('devnet').consulted());
    expect(answers.references(application)).toEqual([]);
    expect(clock.pending()).toBe(0);
  });

  it('wakes, by one look for all, only those that have asked for the kind that has come', async () => {
    for (let index = 0; index < 50; index += 1) await askFor(`argocd/net-${index}`, 'acme.example/v1/Widget');
    await askFor('argocd/other', 'acme.example/v1/Gadget');
    await clock.advance(20_000);
    expect(news).toEqual([]);

    await cluster.create(customResourceDefinitionType, definition('Gadget'), options, signal);
    await clock.advance(2_500);
    expect(news).toEqual(['argocd/other']);
    expect([await answers.stillHold('argocd/other', signal), await answers.stillHold('argocd/net-0', signal)]).toEqual([false, true]);
  });

  it('takes what it cannot ask now for what it was', async () => {
    await cluster.create(configMapType, facts('one'), options, signal);
    await lookUp();
    const view = answers.open('devnet');
    await view.lookup({ ...query, kind: 'Gadget', apiVersion: 'acme.example/v1' }, signal);
    answers.record(application, 'valued', view.consulted());
    await close();
    close = () => Promise.resolve();
    answers.mark(application);
    await clock.advance(10_000);

    expect(await answers.stillHold(application, signal)).toBe(true);
  });

  it('looks again soon where a change was told of and could not be read', async () => {
    await cluster.create(configMapType, facts('one'), options, signal);
    await lookUp();
    await cluster.delete(configMapType, key, {}, signal);
    answers.mark(application);
    await clock.advance(5_000);
    trouble.reads = true;
    expect(await answers.stillHold(application, signal)).toBe(true);

    trouble.reads = false;
    news.length = 0;
    await clock.advance(30_000);
    expect([news, await answers.stillHold(application, signal)]).toEqual([[application], false]);
  });

  it('finds out when a list that was too long has become shorter', async () => {
    for (let index = 0; index < 501; index += 1) await cluster.create(configMapType, { ...facts(''), metadata: { namespace: 'devnet', name: `c${index}` } }, options, signal);
    const view = answers.open('devnet');
    await expect(view.lookup({ ...query, name: '' }, signal)).rejects.toThrow('finds more than 500');
    answers.record(application, 'planned', view.consulted());
    const look = async (): Promise<boolean> => {
      answers.mark(application);
      await clock.advance(5_000);
      return answers.stillHold(application, signal);
    };

    expect(await look()).toBe(true);
    await cluster.delete(configMapType, { namespace: 'devnet', name: 'c7' }, {}, signal);
    expect(await look()).toBe(false);
  });

  it('asks again, though not at once, where it may not watch definitions', async () => {
    trouble.review = true;
    await askFor('argocd/one', 'acme.example/v1/Gadget');
    await clock.advance(0);
    await askFor('argocd/two', 'acme.example/v1/Gadget');
    await clock.advance(590_000);
    expect(trouble.reviews).toBe(1);

    trouble.review = false;
    await clock.advance(20_000);
    news.length = 0;
    await cluster.create(customResourceDefinitionType, definition('Gadget'), options, signal);
    await vi.waitFor(async () => {
      await clock.advance(2_500);
      expect(news.toSorted()).toEqual(['argocd/one', 'argocd/two']);
    });
    expect(trouble.reviews).toBe(2);
  });
});
