import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ClusterDeclaration } from '../api/cluster-declaration.ts';
import type { KubeObject, ObjectMeta } from '../api/object.ts';
import { formatKey } from '../api/object.ts';
import type { Child, ChildrenPlan } from './namespaced-children.ts';
import { controllingParent, newChild, planChildren, updatedChild } from './namespaced-children.ts';
import { namespaceFacts, type NamespaceFacts } from './store-access.ts';

interface Spec {
  readonly text: string;
}

const kinds = { parent: { apiVersion: 'external-secrets.io/v1', kind: 'ClusterExternalSecret' }, child: { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret' } };

function declaration(more: Partial<ClusterDeclaration<Spec>['spec']> = {}, metadata: Partial<ObjectMeta> = {}): ClusterDeclaration<Spec> {
  const spec = { childName: 'child', labels: { app: 'a' }, annotations: {}, selectors: [{ matchLabels: { team: 'ours' }, matchExpressions: [] }], namespaces: [], child: { text: 'wanted' }, childFields: { text: 'wanted' }, ...more };
  return { metadata: { name: 'all', uid: 'uid-all', ...metadata }, spec, status: { failedNamespaces: [], provisionedNamespaces: [], conditions: [] } };
}

/** Objects by `namespace/name`, in place of an API server. */
type World = Map<string, KubeObject>;

function childOf(object: KubeObject): Child<Spec> {
  const spec = object['spec'];
  return { metadata: object.metadata, ...(typeof spec === 'object' && spec !== null && 'text' in spec ? { spec: { text: String(spec.text) } } : {}) };
}

function plan(wanted: ClusterDeclaration<Spec>, namespaces: readonly NamespaceFacts[], world: World): ChildrenPlan<Spec> {
  const children = [...world.values()].map(childOf);
  return planChildren(wanted, kinds, {
    namespaces,
    owned: children.filter(({ metadata }) => controllingParent(metadata, kinds.parent) === wanted.metadata.name),
    find: (namespace) => children.find(({ metadata }) => metadata.namespace === namespace && metadata.name === wanted.spec.childName),
  });
}

function carryOut(wanted: ClusterDeclaration<Spec>, { writes }: ChildrenPlan<Spec>, world: World): void {
  for (const write of writes) {
    if (write.kind === 'delete') world.delete(formatKey({ namespace: write.namespace, name: write.live.metadata.name }));
    else world.set(formatKey({ namespace: write.namespace, name: wanted.spec.childName }), write.kind === 'create' ? newChild(wanted, kinds, write.namespace) : updatedChild(wanted, kinds, write.live));
  }
}

const anything = fc.record({
  namespaces: fc.uniqueArray(fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd', 'e'), team: fc.constantFrom('ours', 'theirs'), terminating: fc.boolean() }), { selector: ({ name }) => name }),
  children: fc.uniqueArray(
    fc.record({ namespace: fc.constantFrom('a', 'b', 'c', 'd', 'e'), name: fc.constantFrom('child', 'old'), by: fc.constantFrom('all', 'other', 'nobody'), text: fc.constantFrom('wanted', 'outdated'), app: fc.constantFrom('a', 'b') }),
    { selector: ({ namespace, name }) => `${namespace}/${name}` },
  ),
});

test('what a plan says leads to where there is nothing more to do, and to no object of others', () => {
  fc.assert(
    fc.property(anything, (given) => {
      const wanted = declaration();
      const namespaces = given.namespaces.map(({ name, team, terminating }) => namespaceFacts({ name, labels: { team }, ...(terminating ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}) }));
      const world: World = new Map(
        given.children.map(({ namespace, name, by, text, app }) => {
          const owners = by === 'nobody' ? {} : { ownerReferences: [{ ...kinds.parent, name: by, uid: `uid-${by}`, controller: true }] };
          return [`${namespace}/${name}`, { ...kinds.child, metadata: { namespace, name, labels: { app }, ...owners }, spec: { text } }];
        }),
      );
      const others = [...world.values()].filter(({ metadata }) => controllingParent(metadata, kinds.parent) !== 'all');

      carryOut(wanted, plan(wanted, namespaces, world), world);

      const after = plan(wanted, namespaces, world);
      expect(after.writes).toEqual([]);
      const meant = given.namespaces.filter(({ team, terminating }) => team === 'ours' && !terminating).map(({ name }) => name);
      expect([...after.current, ...after.taken].toSorted()).toEqual(meant.toSorted());
      for (const other of others) expect(world.get(`${other.metadata.namespace}/${other.metadata.name}`)).toBe(other);
    }),
  );
});

test('namespaces that are meant by name count beside those of the selectors, and those that are not there are told', () => {
  const namespaces = ['a', 'b'].map((name) => namespaceFacts({ name }));
  const { writes, absent } = plan(declaration({ namespaces: ['b', 'z'] }), namespaces, new Map());

  expect([writes, absent]).toEqual([[{ kind: 'create', namespace: 'b' }], ['z']]);
});

test('a declaration that was restored under a new uid has its own back', () => {
  const namespaces = [namespaceFacts({ name: 'a', labels: { team: 'ours' } })];
  const world: World = new Map([['a/child', { ...newChild(declaration(), kinds, 'a') }]]);
  const restored = declaration({}, { uid: 'uid-new' });
  const again = plan(restored, namespaces, world);

  expect(again.writes).toMatchObject([{ kind: 'update', namespace: 'a' }]);
  carryOut(restored, again, world);
  expect(world.get('a/child')?.metadata.ownerReferences).toEqual([{ ...kinds.parent, name: 'all', uid: 'uid-new', controller: true, blockOwnerDeletion: true }]);
});

test('an object with another controller of the same name is not its own', () => {
  const owner = { apiVersion: 'acme.example/v1', kind: 'ClusterExternalSecret', name: 'all', uid: 'uid-all', controller: true };

  expect(controllingParent({ name: 'child', ownerReferences: [owner] }, kinds.parent)).toBeUndefined();
  expect(controllingParent({ name: 'child', ownerReferences: [{ ...owner, apiVersion: 'external-secrets.io/v1beta1' }] }, kinds.parent)).toBe('all');
  expect(controllingParent({ name: 'child', ownerReferences: [{ ...owner, apiVersion: 'external-secrets.io/v1', controller: false }] }, kinds.parent)).toBeUndefined();
});
