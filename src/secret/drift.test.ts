import fc from 'fast-check';
import { expect, test } from 'vitest';
import { externalSecret } from '../../test/support/external-secret.ts';
import type { ExternalSecret } from '../api/external-secret.ts';
import type { KubeObject, ObjectMeta } from '../api/object.ts';
import { SecretBytes } from '../lib/secret-bytes.ts';
import type { DesiredSecret } from './desired-secret.ts';
import { desiredSecret, keptSecret, mergedSecret, plainContent } from './desired-secret.ts';
import { driftOf, isIntact, isMarked, isUntouched } from './drift.ts';
import { secretFieldManager } from './field-manager.ts';
import type { LiveSecret } from './live-secret.ts';
import { liveSecret, secretValues } from './live-secret.ts';
import { dataHash, textHash } from './object-hash.ts';
import { newSecret, updatedSecret } from './secret-object.ts';

const database = externalSecret({ metadata: { labels: { app: 'archive' }, annotations: { 'acme.example/team': 'data' } } });

function wanted(password = 'p', declared = database): DesiredSecret {
  const { template } = declared.spec;
  const plain = plainContent(declared, new Map([['password', SecretBytes.fromUtf8(password)]]));
  // what these templates say is what they render
  return desiredSecret(declared, template === undefined ? plain : { ...plain, labels: template.labels, annotations: template.annotations });
}

/** As the API server would return what was written, with further changes to metadata. */
function stored(object: KubeObject, metadata: Partial<ObjectMeta> = {}, fields: Readonly<Record<string, unknown>> = {}): LiveSecret {
  return liveSecret({ ...object, ...fields, metadata: { ...object.metadata, uid: 'secret-uid', resourceVersion: '7', ...metadata } });
}

const live = stored(newSecret(wanted()));

test('a Secret carries the names that External Secrets writes, its metadata, and its owner', () => {
  expect(newSecret(wanted())).toEqual({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      namespace: 'devnet',
      name: 'database',
      labels: { app: 'archive', 'reconcile.external-secrets.io/managed': 'true', 'reconcile.external-secrets.io/created-by': textHash('devnet/database') },
      annotations: { 'acme.example/team': 'data', 'reconcile.external-secrets.io/data-hash': live.dataHash },
      ownerReferences: [{ apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', name: 'database', uid: 'uid-database', controller: true, blockOwnerDeletion: true }],
    },
    type: 'Opaque',
    data: { password: 'cA==' },
  });
});

test('metadata that says who manages the ExternalSecret is not copied', () => {
  const declared = externalSecret({
    metadata: {
      labels: { 'kustomize.toolkit.fluxcd.io/name': 'x', 'helm.toolkit.fluxcd.io/name': 'x', 'applyset.kubernetes.io/part-of': 'x', keep: 'yes' },
      annotations: {
        'argocd.argoproj.io/tracking-id': 'x',
        'kubectl.kubernetes.io/last-applied-configuration': '{}',
        'external-secrets.io/force-sync': '1',
        'prelude.dev/gate': 'all',
        'reconcile.external-secrets.io/data-hash': 'forged',
        keep: 'too',
      },
    },
  });
  const { labels, annotations } = wanted('p', declared);

  expect(Object.keys(labels)).toEqual(['keep', 'reconcile.external-secrets.io/managed', 'reconcile.external-secrets.io/created-by']);
  expect(annotations).toEqual({ keep: 'too', 'reconcile.external-secrets.io/data-hash': live.dataHash });
});

test('with a template, metadata and type come from it alone', () => {
  const template = { type: 'kubernetes.io/basic-auth', metadata: { labels: { from: 'template' } } };
  const desired = wanted('p', externalSecret({ metadata: { labels: { app: 'archive' } }, spec: { target: { name: 'other', template } } }));

  expect(newSecret(desired)).toMatchObject({ metadata: { name: 'other' }, type: 'kubernetes.io/basic-auth' });
  expect(desired.labels).toMatchObject({ from: 'template' });
  expect(desired.labels).not.toHaveProperty('app');
});

test('what was just written shows no drift', () => {
  expect(driftOf(live, wanted())).toEqual({ kind: 'none' });
  expect(isIntact(live, database)).toBe(true);
});

test.each<[string, Partial<ObjectMeta>, Readonly<Record<string, unknown>>, boolean]>([
  ['edited data', {}, { data: { password: 'eA==' } }, false],
  ['a further key', {}, { data: { password: 'cA==', more: 'eA==' } }, false],
  ['no data', {}, { data: null }, false],
  ['a lost managed label', { labels: { app: 'archive' } }, {}, false],
  ['a lost annotation', { annotations: {} }, {}, false],
  ['a lost owner reference', { ownerReferences: [] }, {}, false],
  ['a changed label of ours', { labels: { ...live.metadata.labels, app: 'x' } }, {}, true],
])('%s is drift', (_what, metadata, fields, intact) => {
  const changed = stored(newSecret(wanted()), metadata, fields);

  expect(driftOf(changed, wanted()).kind).toBe('update');
  expect(isIntact(changed, database)).toBe(intact);
});

test.each<[string, Partial<ObjectMeta>]>([
  ['owner reference', { ownerReferences: [] }],
  ['created-by label', { labels: { 'reconcile.external-secrets.io/managed': 'true' } }],
])('a lost %s takes no values to put back, and is nothing where the policy marks no owner', (_what, metadata) => {
  const changed = stored(newSecret(wanted()), metadata);

  expect(isUntouched(changed)).toBe(true);
  expect(isMarked(changed, database)).toBe(false);
  expect(isMarked(changed, declaredWith({ creationPolicy: 'Orphan' }))).toBe(true);
});

test.each<[string, Partial<ObjectMeta>]>([
  ['labels of others', { labels: { ...live.metadata.labels, theirs: 'x' } }],
  ['annotations of others', { annotations: { ...live.metadata.annotations, theirs: 'x' } }],
  ['owners beside ours', { ownerReferences: [...(live.metadata.ownerReferences ?? []), { apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'y' }] }],
  ['finalizers', { finalizers: ['acme.example/x'] }],
])('%s are no drift, and survive an update', (_what, metadata) => {
  const changed = stored(newSecret(wanted()), metadata);
  const updated = updatedSecret(changed, wanted('rotated'));

  expect(driftOf(changed, wanted())).toEqual({ kind: 'none' });
  expect(updated.metadata).toMatchObject({ ...metadata, annotations: {}, ownerReferences: expect.arrayContaining([...(metadata.ownerReferences ?? [])]) });
  expect(updated).toMatchObject({ metadata: { uid: 'secret-uid', resourceVersion: '7' }, data: { password: Buffer.from('rotated').toString('base64') } });
});

test('a label that the ExternalSecret lost is removed, where managedFields say that we wrote it', () => {
  const fields = { 'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} }, 'f:annotations': { 'f:argocd.argoproj.io/tracking-id': {} } } };
  const managedFields = [
    { manager: secretFieldManager('database'), operation: 'Update', fieldsV1: fields },
    { manager: 'kubectl', fieldsV1: { 'f:metadata': { 'f:labels': { 'f:theirs': {} } } } },
  ];
  const annotations = { ...live.metadata.annotations, 'argocd.argoproj.io/tracking-id': 'copied by an older controller' };
  const changed = stored(newSecret(wanted()), { managedFields, annotations, labels: { ...live.metadata.labels, theirs: 'x' } });
  const declared = externalSecret({ metadata: { annotations: { 'acme.example/team': 'data' } } });

  expect(driftOf(changed, wanted('p', declared))).toEqual({ kind: 'update', differs: ['stale label app'] });
  const { labels, annotations: after } = updatedSecret(changed, wanted('p', declared)).metadata;
  expect(labels).toHaveProperty('theirs');
  expect(labels).not.toHaveProperty('app');
  expect(after).toHaveProperty(['argocd.argoproj.io/tracking-id']);
});

test('an owner reference under the old uid of the same object is replaced', () => {
  const old = { apiVersion: 'external-secrets.io/v1beta1', kind: 'ExternalSecret', name: 'database', uid: 'old', controller: true };
  const updated = updatedSecret(stored(newSecret(wanted()), { ownerReferences: [old] }), wanted());

  expect(updated.metadata.ownerReferences?.map(({ uid }) => uid)).toEqual(['uid-database']);
});

test('neither the type nor an immutable Secret can be changed, and the message says what to do', () => {
  const typed = wanted('p', externalSecret({ metadata: database.metadata, spec: { target: { template: { type: 'acme.example/key' } } } }));
  const immutable = stored(newSecret(wanted()), {}, { immutable: true });

  expect(driftOf(live, typed)).toMatchObject({ kind: 'blocked', message: expect.stringContaining('from Opaque to acme.example/key; delete it') });
  expect(driftOf(immutable, wanted('rotated'))).toMatchObject({ kind: 'blocked', message: expect.stringContaining('target is immutable: delete Secret "database"') });
  expect(driftOf(immutable, wanted())).toEqual({ kind: 'none' });
});

test('whatever was changed in a Secret of ours, one update brings it to no drift', () => {
  const record = fc.dictionary(fc.constantFrom('app', 'theirs', 'reconcile.external-secrets.io/managed', 'reconcile.external-secrets.io/created-by', 'reconcile.external-secrets.io/data-hash'), fc.constantFrom('a', 'b'));
  const data = fc.dictionary(fc.constantFrom('password', 'other'), fc.constantFrom('', 'cA==', 'eA=='));

  fc.assert(
    fc.property(record, record, data, (labels, annotations, values) => {
      const changed = stored(newSecret(wanted()), { labels, annotations, ownerReferences: [] }, { data: values });
      const healed = stored(updatedSecret(changed, wanted('rotated')));

      expect(driftOf(healed, wanted('rotated'))).toEqual({ kind: 'none' });
      expect(isIntact(healed, database)).toBe(true);
    }),
  );
});

test('finalizers of the template are there, beside those of others, and are none of a Secret that is on its way out', () => {
  const finalized = externalSecret({ metadata: database.metadata, spec: { target: { template: { metadata: { finalizers: ['acme.example/keep'] } } } } });
  const desired = wanted('p', finalized);
  const theirs = stored(newSecret(desired), { finalizers: ['acme.example/theirs'] });

  expect(newSecret(desired).metadata.finalizers).toEqual(['acme.example/keep']);
  expect(driftOf(stored(newSecret(desired)), desired)).toEqual({ kind: 'none' });
  expect(driftOf(theirs, desired)).toEqual({ kind: 'update', differs: ['finalizer acme.example/keep'] });
  expect(updatedSecret(theirs, desired).metadata.finalizers).toEqual(['acme.example/theirs', 'acme.example/keep']);
  expect(driftOf(stored(newSecret(desired), { finalizers: [], deletionTimestamp: '2026-01-01T00:00:00Z' }), desired)).toEqual({ kind: 'none' });
});

function declaredWith(target: Readonly<Record<string, unknown>>): ExternalSecret {
  return externalSecret({ metadata: database.metadata, spec: { target } });
}

const ownFields = { manager: secretFieldManager('database'), operation: 'Update' };

test.each(['Orphan', 'Merge', 'CreateOrMerge'])('with creationPolicy %s a Secret says nothing of an owner, and one that did no longer does', (creationPolicy) => {
  const declared = declaredWith({ creationPolicy });
  const desired = wanted('p', declared);
  const disowned = updatedSecret(live, desired);

  expect(newSecret(desired).metadata).not.toHaveProperty('ownerReferences');
  expect(newSecret(desired).metadata.labels).toEqual({ app: 'archive', 'reconcile.external-secrets.io/managed': 'true' });
  expect(driftOf(live, desired)).toEqual({ kind: 'update', differs: ['stale label reconcile.external-secrets.io/created-by', 'owner reference'] });
  expect(disowned.metadata.ownerReferences).toEqual([]);
  expect(driftOf(stored(disowned), desired)).toEqual({ kind: 'none' });
  expect(isIntact(stored(disowned), declared)).toBe(true);
  expect(isIntact(stored(disowned), database)).toBe(false);
});

test('the created-by label of somebody else stays on a Secret that is merged into', () => {
  const theirs = stored(newSecret(wanted()), { labels: { 'reconcile.external-secrets.io/created-by': 'another' }, ownerReferences: [] });

  expect(updatedSecret(theirs, wanted('p', declaredWith({ creationPolicy: 'Merge' }))).metadata.labels).toMatchObject({ 'reconcile.external-secrets.io/created-by': 'another' });
});

test('merging keeps the keys of others, brings ours up to date, and removes those of ours that are no longer wanted', () => {
  const fields = { ...ownFields, fieldsV1: { 'f:data': { '.': {}, 'f:old': {}, 'f:password': {} } } };
  const others = [{ manager: 'kubectl', fieldsV1: { 'f:data': { 'f:theirs': {} } } }, { manager: secretFieldManager('another'), fieldsV1: { 'f:data': { 'f:sibling': {} } } }];
  const object = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'database', namespace: 'devnet', managedFields: [fields, ...others] }, data: { old: 'eA==', password: 'eA==', theirs: 'eA==', sibling: 'eA==' } };
  const merged = mergedSecret(wanted('p', declaredWith({ creationPolicy: 'Merge' })), liveSecret(object), secretValues(object));

  expect(updatedSecret(liveSecret(object), merged)['data']).toEqual({ theirs: 'eA==', sibling: 'eA==', password: 'cA==' });
  expect(merged.annotations['reconcile.external-secrets.io/data-hash']).toBe(dataHash(new Map([['password', Buffer.from('p')], ['sibling', Buffer.from('x')], ['theirs', Buffer.from('x')]])));
});

test('an immutable Secret is made so, one that is not yet becomes so, and what is there is kept as it is', () => {
  const declared = declaredWith({ immutable: true });
  const frozen = stored(newSecret(wanted('p', declared)));
  const values = secretValues(newSecret(wanted()));
  const fields = { ...ownFields, fieldsV1: { 'f:metadata': { 'f:labels': { 'f:app': {} } } } };
  const written = stored(newSecret(wanted()), { managedFields: [fields] });

  expect(newSecret(wanted('p', declared))).toHaveProperty('immutable', true);
  expect(driftOf(frozen, keptSecret(declared, frozen, values))).toEqual({ kind: 'none' });
  expect(driftOf(written, keptSecret(declared, written, values))).toEqual({ kind: 'update', differs: ['immutable'] });
  expect(updatedSecret(written, keptSecret(declared, written, values))).toMatchObject({ immutable: true, data: { password: 'cA==' }, metadata: { labels: { app: 'archive' } } });
});

test('where the keys come from is noted, and is no drift', () => {
  const noted = desiredSecret(database, plainContent(database, new Map([['password', SecretBytes.fromUtf8('p')]])), '{"password":"prod/db"}');

  expect(newSecret(noted).metadata.annotations).toHaveProperty(['prelude.dev/provenance'], '{"password":"prod/db"}');
  expect(driftOf(live, noted)).toEqual({ kind: 'none' });
  expect(updatedSecret(stored(newSecret(noted)), wanted('rotated')).metadata.annotations).toHaveProperty(['prelude.dev/provenance']);
});
