import { expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import type { Declarations } from '../../gitops/plan/declare/declarations.ts';
import { createNeighbours } from './neighbours.ts';

const { signal } = new AbortController();
const origin = { file: 'config.yaml', line: 1 };

/** What an Application declares that has one ConfigMap. */
function declarations(name: string, configMap = name): Declarations {
  const object = { object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: configMap } }, origin, taint: [] };
  return { application: { namespace: 'argocd', name }, destination: 'devnet', objects: [object], secrets: [], spreads: [], stores: [], generators: [], externalSecrets: [], problems: [], configMaps: [{ object, namespace: 'devnet', name: configMap, data: new Map() }] };
}

/** So many Applications; who has been read so far. */
function setUp(count: number) {
  const declared = new Map<string, Declarations>(Array.from({ length: count }, (_, index) => [`app-${index}`, declarations(`app-${index}`)]));
  const unreadable = new Set<string>();
  const read: string[] = [];
  const going = { key: '' };
  const clock = createFakeClock();
  const neighbours = createNeighbours({
    applications: () => [...declared.keys()].map((key) => ({ key })),
    isThere: (key) => declared.has(key),
    read: async ({ key }) => {
      read.push(key);
      if (key === going.key) declared.delete(key);
      return unreadable.has(key) ? undefined : declared.get(key);
    },
    clock,
  });
  const around = (key: string, own = declared.get(key)) => {
    if (own === undefined) throw new Error(`${key} declares nothing`);
    return neighbours.around(key, own, signal);
  };
  return { declared, unreadable, going, read, clock, neighbours, around };
}

it('reads every Application once for the plans of all of them', async () => {
  const { declared, read, around } = setUp(100);

  const found = await Promise.all([...declared.keys()].map((key) => around(key)));

  expect(read).toHaveLength(100);
  expect(new Set(found).size).toBe(1);
  expect(found[0]?.configMap('devnet', 'app-7')?.by.application.name).toBe('app-7');
  expect(found[0]?.complete).toBe(true);
});

it('gathers anew once something has changed, and not before', async () => {
  const { declared, read, neighbours, around } = setUp(2);
  await around('app-0');
  declared.set('app-1', declarations('app-1', 'other'));
  expect((await around('app-0')).configMap('devnet', 'other')).toBeUndefined();

  neighbours.outdate();

  expect((await around('app-0')).configMap('devnet', 'other')).toBeDefined();
  expect(read).toHaveLength(4);
});

it('takes what is planned for what it declares, where that is another commit than the one that its neighbours see', async () => {
  const { around } = setUp(2);

  const old = await around('app-0', declarations('app-0', 'old'));

  expect(old.configMap('devnet', 'old')).toBeDefined();
  expect(old.configMap('devnet', 'app-0')).toBeUndefined();
  expect(old.configMap('devnet', 'app-1')).toBeDefined();
  expect((await around('app-1')).configMap('devnet', 'old')).toBeUndefined();
});

it('says that it is not complete while an Application cannot be read, and asks for that one again after a while', async () => {
  const { unreadable, read, clock, around } = setUp(3);
  unreadable.add('app-2');

  expect((await around('app-0')).complete).toBe(false);
  await around('app-1');
  expect(read).toHaveLength(3);
  // what it is itself about to declare is known
  expect((await around('app-2')).complete).toBe(true);

  unreadable.clear();
  await clock.advance(20_000);
  expect((await around('app-0')).complete).toBe(true);
  expect(read).toHaveLength(6);
});

it('is complete without an Application that was deleted while all were read', async () => {
  const { going, around } = setUp(3);
  going.key = 'app-2';

  const found = await around('app-0');

  expect(found.complete).toBe(true);
  expect(found.configMap('devnet', 'app-2')).toBeUndefined();
  expect(found.configMap('devnet', 'app-1')).toBeDefined();
});
