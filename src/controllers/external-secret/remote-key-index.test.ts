import { describe, expect, it } from 'vitest';
import type { ChangeNotice } from '../../provider/change-notice.ts';
import type { SourceUsage } from './credential-index.ts';
import { type KnownPlace, RemoteKeyIndex } from './remote-key-index.ts';
import { remoteSearch } from './remote-search.ts';

const policies = { conversionStrategy: 'Default', decodingStrategy: 'None', nullBytePolicy: 'Ignore' } as const;
const shared: SourceUsage = { kind: 'ClusterSecretStore', name: 'shared', namespace: 'a' };
const own: SourceUsage = { kind: 'SecretStore', name: 'own', namespace: 'a' };

function place(scope: KnownPlace['scope'] = {}, prefix = ''): KnownPlace {
  return { provider: 'vault', scope, keysOf: (key) => [prefix + key], foundAs: (key) => [key, ...(prefix !== '' && key.startsWith(prefix) ? [key.slice(prefix.length)] : [])] };
}

function notice(change: Partial<ChangeNotice>): ChangeNotice {
  return { provider: 'vault', scope: {}, keys: [], ...change };
}

function concerned(index: RemoteKeyIndex, change: Partial<ChangeNotice>): readonly string[] {
  return [...index.concernedBy(notice(change))].toSorted();
}

describe('who reads what', () => {
  it('is found by the name of what has changed, of the provider that tells of it', () => {
    const index = new RemoteKeyIndex(() => place());
    index.set('a/x', [{ store: shared, keys: ['prod/db', 'prod/api'], searches: [] }]);
    index.set('a/y', [{ store: shared, keys: ['prod/api'], searches: [] }]);
    expect(concerned(index, { keys: ['prod/api'] })).toEqual(['a/x', 'a/y']);
    expect(concerned(index, { keys: ['prod/db', 'unknown'] })).toEqual(['a/x']);
    expect(concerned(index, { keys: ['prod'] })).toEqual([]);
    expect(concerned(index, { keys: ['prod/db'], provider: 'aws' })).toEqual([]);
  });

  it('is found by the paths above it, and by everything', () => {
    const index = new RemoteKeyIndex(() => place());
    index.set('a/x', [{ store: shared, keys: ['prod/eu/db'], searches: [] }]);
    expect(concerned(index, { under: 'prod/' })).toEqual(['a/x']);
    expect(concerned(index, { under: 'prod/eu/' })).toEqual(['a/x']);
    expect(concerned(index, { under: '' })).toEqual(['a/x']);
    expect(concerned(index, { under: 'pro' })).toEqual([]);
    expect(concerned(index, { under: 'test/' })).toEqual([]);
  });

  it('has the prefix of its store before it', () => {
    const index = new RemoteKeyIndex(() => place({}, 'team/'));
    index.set('a/x', [{ store: shared, keys: ['db'], searches: [remoteSearch({ ...policies, name: '^api' })] }]);
    expect(concerned(index, { keys: ['team/db'] })).toEqual(['a/x']);
    expect(concerned(index, { keys: ['db'] })).toEqual([]);
    expect(concerned(index, { keys: ['team/api-1'] })).toEqual(['a/x']);
  });

  it('is not found where its store is somewhere else', () => {
    const index = new RemoteKeyIndex(({ name }) => place({ region: name === 'own' ? 'eu' : 'us' }));
    index.set('a/x', [{ store: shared, keys: ['db'], searches: [] }]);
    index.set('a/y', [{ store: own, keys: ['db'], searches: [remoteSearch({ ...policies, path: 'd' })] }]);
    expect(concerned(index, { keys: ['db'], scope: { region: 'eu', account: '1' } })).toEqual(['a/y']);
    expect(concerned(index, { keys: ['db'], scope: { account: '1' } })).toEqual(['a/x', 'a/y']);
  });

  it('counts a scope for the store that reads the name, not for another of the same object', () => {
    const index = new RemoteKeyIndex(({ name }) => place({ region: name }));
    index.set('a/x', [{ store: shared, keys: ['db'], searches: [] }, { store: own, keys: ['api'], searches: [] }]);
    expect(concerned(index, { keys: ['db'], scope: { region: 'own' } })).toEqual([]);
    expect(concerned(index, { keys: ['db'], scope: { region: 'shared' } })).toEqual(['a/x']);
  });

  it('is found where a search might find it: by path, by name, and by tags that nobody tells', () => {
    const index = new RemoteKeyIndex(() => place());
    index.set('a/path', [{ store: shared, keys: [], searches: [remoteSearch({ ...policies, path: '/prod/' })] }]);
    index.set('a/name', [{ store: shared, keys: [], searches: [remoteSearch({ ...policies, name: 'd.$' })] }]);
    index.set('a/both', [{ store: shared, keys: [], searches: [remoteSearch({ ...policies, path: 'prod/', name: '^db$' })] }]);
    index.set('a/tags', [{ store: shared, keys: [], searches: [remoteSearch({ ...policies, tags: { team: 'a' } })] }]);
    expect(concerned(index, { keys: ['prod/db'] })).toEqual(['a/both', 'a/name', 'a/path', 'a/tags']);
    expect(concerned(index, { keys: ['test/db'] })).toEqual(['a/name', 'a/tags']);
    expect(concerned(index, { keys: ['test/x'] })).toEqual(['a/tags']);
    expect(concerned(index, { under: 'prod/eu/' })).toEqual(['a/both', 'a/name', 'a/path', 'a/tags']);
    expect(concerned(index, { under: 'test/' })).toEqual(['a/name', 'a/tags']);
  });

  it('is forgotten with the object, and learnt anew when its store changes', () => {
    let prefix = '';
    const index = new RemoteKeyIndex(() => place({}, prefix));
    index.set('a/x', [{ store: shared, keys: ['db'], searches: [remoteSearch({ ...policies, path: 'p' })] }]);
    prefix = 'team/';
    index.refresh(['a/x']);
    expect(concerned(index, { keys: ['db'] })).toEqual([]);
    expect(concerned(index, { keys: ['team/db'] })).toEqual(['a/x']);
    index.set('a/x', []);
    expect(concerned(index, { keys: ['team/db', 'p'] })).toEqual([]);
  });

  it('is learnt when a store comes after its objects', () => {
    let known: KnownPlace | undefined;
    const index = new RemoteKeyIndex(() => known);
    index.set('a/x', [{ store: shared, keys: ['db'], searches: [] }]);
    expect(concerned(index, { keys: ['db'] })).toEqual([]);
    known = place();
    index.refresh(['a/x']);
    expect(concerned(index, { keys: ['db'] })).toEqual(['a/x']);
  });

  it('is found among ten thousand objects without a look at each of them', () => {
    const index = new RemoteKeyIndex(() => place());
    for (let count = 0; count < 10_000; count += 1) index.set(`ns-${count % 50}/es-${count}`, [{ store: shared, keys: Array.from({ length: 5 }, (_, key) => `prod/${count}/${key}`), searches: [] }]);
    let asked = 0;
    const counted = { ...notice({ keys: ['prod/77/3'] }) };
    const began = performance.now();
    for (; asked < 1_000; asked += 1) expect(index.concernedBy(counted).size).toBe(1);
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('asks every search that differs once, however many objects have it, and goes on when its patterns have had enough', () => {
    const index = new RemoteKeyIndex(() => place());
    for (let count = 0; count < 1_000; count += 1) index.set(`a/${count}`, [{ store: shared, keys: [], searches: [remoteSearch({ ...policies, name: '(a|b)+c$' })] }]);
    let woken = 0;
    for (let count = 0; count < 2_000; count += 1) woken += index.concernedBy(notice({ keys: ['abababab'.repeat(50)] })).size > 0 ? 1 : 0;
    // a pattern that has had its share wakes rather than misses; that is rare
    expect(woken).toBeLessThan(200);
  });
});
