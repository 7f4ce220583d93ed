import { afterEach, describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import type { KubeObject } from '../api/object.ts';
import { silentLog } from '../lib/log.ts';
import { KubeError } from './kube-error.ts';
import type { Cluster, Page, WatchEvent } from './port.ts';
import { startInformer } from './reflector.ts';
import { secretType } from './resource-types.ts';

/** What one list or watch call meets; the last entry of each is repeated. */
interface Script {
  readonly lists: readonly (readonly Page[] | KubeError)[];
  readonly watches: readonly (readonly (WatchEvent | KubeError | 'hang')[])[];
}

function secret(name: string, resourceVersion: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'devnet', name, resourceVersion } };
}

function scripted(script: Script): { readonly cluster: Pick<Cluster, 'pages' | 'watch'>; readonly calls: string[] } {
  const calls: string[] = [];
  let lists = 0;
  let watches = 0;
  return {
    calls,
    cluster: {
      async *pages() {
        calls.push('list');
        const pages = script.lists[Math.min(lists++, script.lists.length - 1)] ?? [];
        if (pages instanceof KubeError) throw pages;
        yield* pages;
      },
      async *watch(_type, _selection, resourceVersion, signal) {
        calls.push(`watch ${resourceVersion}`);
        for (const step of script.watches[Math.min(watches++, script.watches.length - 1)] ?? []) {
          if (step === 'hang') await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
          else if (step instanceof KubeError) throw step;
          else yield step;
        }
      },
    },
  };
}

const stops: AbortController[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort(new Error('test over'));
});

function start(script: Script, project: (object: KubeObject) => string | undefined = (object) => object.metadata.resourceVersion) {
  const clock = createFakeClock();
  const stop = new AbortController();
  stops.push(stop);
  const { cluster, calls } = scripted(script);
  // only pages and watch are used: a whole cluster would say nothing more
  const informer = startInformer(cluster as Cluster, { type: secretType, selection: {}, project }, { clock, random: () => 1, log: silentLog, signal: stop.signal });
  const changes: string[] = [];
  informer.subscribe(({ key, current, previous }) => changes.push(`${key.name}: ${previous ?? '-'} -> ${current ?? '-'}`));
  return { informer, clock, calls, changes };
}

const names = (informer: { values: () => IterableIterator<string> }): string[] => [...informer.values()].toSorted();

describe('startInformer', () => {
  it('puts every page of the list into the cache before it says synced, then follows the watch', async () => {
    const { informer, changes, calls } = start({
      lists: [[{ items: [secret('a', '1')], resourceVersion: '5' }, { items: [secret('b', '2')], resourceVersion: '5' }]],
      watches: [[{ type: 'added', object: secret('c', '6') }, { type: 'modified', object: secret('a', '7') }, { type: 'deleted', object: secret('b', '8') }, 'hang']],
    });
    await informer.synced;
    await expect.poll(() => changes.length).toBe(5);

    expect(calls).toEqual(['list', 'watch 5']);
    expect(changes).toEqual(['a: - -> 1', 'b: - -> 2', 'c: - -> 6', 'a: 1 -> 7', 'b: 2 -> -']);
    expect(names(informer)).toEqual(['6', '7']);
  });

  it('resumes from the last bookmark when the watch fails, without a new list', async () => {
    const { informer, clock, calls } = start({
      lists: [[{ items: [], resourceVersion: '5' }]],
      watches: [[{ type: 'bookmark', resourceVersion: '90' }, new KubeError('unavailable', 'connection reset')], ['hang']],
    });
    await informer.synced;
    await expect.poll(() => calls.length).toBe(2);
    await clock.advance(500);
    await expect.poll(() => calls).toEqual(['list', 'watch 5', 'watch 90']);
    expect(informer.healthy()).toBe(true);
  });

  it('lists anew when the resourceVersion is too old, and reports what was deleted meanwhile', async () => {
    const { informer, changes, calls } = start({
      lists: [[{ items: [secret('a', '1'), secret('b', '2')], resourceVersion: '5' }], [{ items: [secret('b', '2'), secret('c', '9')], resourceVersion: '10' }]],
      watches: [[new KubeError('expired', 'too old')], ['hang']],
    });
    await informer.synced;
    await expect.poll(() => calls).toEqual(['list', 'watch 5', 'list', 'watch 10']);
    // b is as it was: nobody is told again
    expect(changes).toEqual(['a: - -> 1', 'b: - -> 2', 'a: 1 -> -', 'c: - -> 9']);
  });

  it('does not list again and again where the server takes no version it has just given', async () => {
    const { clock, calls } = start({ lists: [[{ items: [], resourceVersion: '5' }]], watches: [[new KubeError('expired', 'too old')]] });

    await clock.advance(60_000);

    const lists = calls.filter((call) => call === 'list').length;
    expect(lists).toBeGreaterThan(3);
    expect(lists).toBeLessThan(12);
  });

  it('comes back ever more slowly to a server that takes a watch and drops it at once, and is unhealthy then', async () => {
    const { informer, clock, calls } = start({
      lists: [[{ items: [], resourceVersion: '5' }]],
      watches: [[{ type: 'bookmark', resourceVersion: '5' }, new KubeError('unavailable', 'connection reset')]],
    });

    await clock.advance(120_000);

    expect(calls.filter((call) => call.startsWith('watch')).length).toBeLessThan(12);
    expect(informer.healthy()).toBe(false);
  });

  it('is healthy again once a watch stands, with or without events', async () => {
    const { informer, clock } = start({
      lists: [[{ items: [], resourceVersion: '5' }]],
      watches: [...Array.from({ length: 8 }, () => [new KubeError('unavailable', 'down')]), [{ type: 'bookmark', resourceVersion: '5' }, 'hang']],
    });
    await clock.advance(70_000);
    expect(informer.healthy()).toBe(false);

    await clock.advance(60_000);

    expect(informer.healthy()).toBe(true);
  });

  it('finds a kind within seconds of its appearing, however long it was not served', async () => {
    const { clock, calls } = start({ lists: [new KubeError('absent', 'not served')], watches: [['hang']] });
    await clock.advance(600_000);
    const before = calls.length;

    await clock.advance(5_000);

    expect(calls.length).toBe(before + 1);
  });

  it('counts a kind that is not served as one without objects and picks it up when it appears', async () => {
    const { informer, clock, calls } = start({
      lists: [new KubeError('absent', 'not served'), [{ items: [secret('a', '1')], resourceVersion: '5' }]],
      watches: [['hang']],
    });
    await informer.synced;
    expect(informer.size()).toBe(0);
    await clock.advance(500);
    await expect.poll(() => calls).toEqual(['list', 'list', 'watch 5']);
    expect(informer.size()).toBe(1);
  });

  it('is unhealthy once failures have lasted for a minute, and healthy again with the first answer', async () => {
    const { informer, clock } = start({ lists: [[{ items: [], resourceVersion: '5' }]], watches: [[new KubeError('unavailable', 'down')]] });
    await informer.synced;
    for (let second = 0; second < 90; second += 1) await clock.advance(1000);
    expect(informer.healthy()).toBe(false);
  });

  it('waits as long as the server asks', async () => {
    const { clock, calls } = start({ lists: [new KubeError('throttled', 'later', { retryAfter: 7000 }), []], watches: [['hang']] });
    await expect.poll(() => calls.length).toBe(1);
    await clock.advance(6900);
    expect(calls.length).toBe(1);
    await clock.advance(200);
    await expect.poll(() => calls.length).toBeGreaterThan(1);
  });

  it('leaves out an object that cannot be read and goes on', async () => {
    const { informer } = start({ lists: [[{ items: [secret('poison', '1'), secret('a', '2')], resourceVersion: '5' }]], watches: [['hang']] }, (object) => {
      if (object.metadata.name === 'poison') throw new Error('cannot be read');
      return object.metadata.resourceVersion;
    });
    await informer.synced;
    expect(names(informer)).toEqual(['2']);
  });

  it('keeps going when a listener throws', async () => {
    const { informer, changes } = start({ lists: [[{ items: [], resourceVersion: '5' }]], watches: [[{ type: 'added', object: secret('a', '6') }, { type: 'added', object: secret('b', '7') }, 'hang']] });
    informer.subscribe(() => {
      throw new Error('listener');
    });
    await expect.poll(() => changes).toEqual(['a: - -> 6', 'b: - -> 7']);
  });
});
