import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LiveObject } from '../object/live-view.ts';
import { refKey } from '../object/object-ref.ts';
import type { ObjectRef } from '../object/object-ref.ts';
import { decidePrune, missingInventory, pruneCandidates, refusePrune } from './prune.ts';
import type { PruneRules } from './prune.ts';

const ref: ObjectRef = { group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'devnet', name: 'seed' };
const rules: PruneRules = { instance: 'devnet', prune: true, allowEmpty: false, desired: 3 };
const live: LiveObject = { uid: 'u1', resourceVersion: '1', generation: 1, deleting: false, finalizers: [], instance: 'devnet', labels: {}, annotations: {}, health: undefined };

function annotated(options: string, more: Readonly<Record<string, string>> = {}): LiveObject {
  return { ...live, annotations: { 'argocd.argoproj.io/sync-options': options, ...more } };
}

describe('decidePrune', () => {
  it.each<[string, ObjectRef, LiveObject | undefined, Partial<PruneRules>, string]>([
    ['deletes what the inventory lists and the object confirms', ref, live, {}, 'delete'],
    ['drops what is gone', ref, undefined, {}, 'gone'],
    ['leaves what another Application tracks', ref, { ...live, instance: 'other' }, {}, 'gone'],
    ['leaves what nobody tracks any more', ref, { ...live, instance: undefined }, {}, 'gone'],
    ['keeps what says Prune=false', ref, annotated('Validate=true, Prune=false'), {}, 'keep'],
    ['waits for a confirmation', ref, annotated('Prune=confirm'), {}, 'leaving'],
    ['deletes what was confirmed', ref, annotated('Prune=confirm'), { approved: true }, 'delete'],
    ['keeps what its Application says', ref, live, { choices: { prune: 'no' } }, 'keep'],
    ['lets an object say otherwise than its Application', ref, annotated('Prune=true'), { choices: { prune: 'no' } }, 'delete'],
    ['keeps what Helm keeps', ref, { ...live, annotations: { 'helm.sh/resource-policy': 'keep' } }, {}, 'keep'],
    ['keeps a namespace that nobody has confirmed', { group: '', version: 'v1', kind: 'Namespace', name: 'a' }, live, { approved: true }, 'keep'],
    ['deletes a namespace that says so and was confirmed', { group: '', version: 'v1', kind: 'Namespace', name: 'a' }, annotated('Prune=confirm'), { approved: true }, 'delete'],
    ['keeps everything while automated.prune is off', ref, live, { prune: false }, 'keep'],
    ['keeps Namespaces', { ...ref, group: '', kind: 'Namespace' }, live, {}, 'keep'],
    ['keeps CustomResourceDefinitions', { ...ref, group: 'apiextensions.k8s.io', kind: 'CustomResourceDefinition' }, live, {}, 'keep'],
    ['waits for what is on its way out', ref, { ...live, deleting: true }, {}, 'leaving'],
  ])('%s', (_title, candidate, found, more, kind) => {
    expect(decidePrune(candidate, found, { ...rules, ...more }).kind).toBe(kind);
  });

  it('leaves what the project does not allow any more, whatever is asked of it', () => {
    expect(decidePrune(ref, live, { ...rules, refusal: ({ kind }) => `no ${kind}` })).toEqual({ kind: 'keep', message: expect.stringMatching(new RegExp(`stays: no ${ref.kind}$`)) });
  });

  it('deletes under the uid that was read', () => {
    expect(decidePrune(ref, live, rules)).toEqual({ kind: 'delete', uid: 'u1' });
  });
});

describe('refusePrune', () => {
  it('refuses an empty desired set, unless allowEmpty', () => {
    expect(refusePrune([ref], { ...rules, desired: 0 })).toContain('allowEmpty');
    expect(refusePrune([ref], { ...rules, desired: 0, allowEmpty: true })).toBeUndefined();
    expect(refusePrune([], { ...rules, desired: 0 })).toBeUndefined();
  });

  it('refuses a missing inventory', () => {
    expect(refusePrune(undefined, rules)).toBe(missingInventory);
  });
});

const kinds = fc.constantFrom<Pick<ObjectRef, 'group' | 'version' | 'kind'>>(
  { group: 'apps', version: 'v1', kind: 'Deployment' },
  { group: '', version: 'v1', kind: 'ConfigMap' },
  { group: '', version: 'v1', kind: 'ServiceAccount' },
  { group: 'external-secrets.io', version: 'v1', kind: 'ExternalSecret' },
  { group: 'external-secrets.io', version: 'v1', kind: 'SecretStore' },
);
const refs = fc.record({ kind: kinds, namespace: fc.constantFrom('a', 'b'), name: fc.constantFrom('x', 'y', 'z') }).map(({ kind, ...rest }): ObjectRef => ({ ...kind, ...rest }));

describe('pruneCandidates', () => {
  it('is the inventory without what Git has, each object once', () => {
    fc.assert(
      fc.property(fc.array(refs), fc.array(refs), (inventory, desired) => {
        const keys = new Set(desired.map(refKey));
        const candidates = pruneCandidates(inventory, keys).map(refKey);

        expect(new Set(candidates)).toEqual(new Set(inventory.map(refKey).filter((key) => !keys.has(key))));
        expect(candidates).toHaveLength(new Set(candidates).size);
      }),
    );
  });

  it('never lists anything while Git still has everything', () => {
    fc.assert(fc.property(fc.array(refs), (inventory) => pruneCandidates(inventory, new Set(inventory.map(refKey))).length === 0));
  });

  it('puts workloads before secrets, and secrets before stores and accounts, whatever the order of the inventory', () => {
    const rank = (candidate: ObjectRef): number => ['SecretStore', 'ServiceAccount'].includes(candidate.kind) ? 2 : candidate.kind === 'ExternalSecret' ? 1 : 0;
    fc.assert(
      fc.property(fc.array(refs), (inventory) => {
        const ranks = pruneCandidates(inventory, new Set()).map(rank);

        expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
      }),
    );
  });

  it('takes the last applied first within a phase', () => {
    const [a, b] = [{ ...ref, name: 'a' }, { ...ref, name: 'b' }];

    expect(pruneCandidates([a, b], new Set())).toEqual([b, a]);
  });
});
