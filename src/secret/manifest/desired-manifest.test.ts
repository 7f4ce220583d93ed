import { expect, test } from 'vitest';
import { externalSecret } from '../../../test/support/external-secret.ts';
import type { KubeObject, ObjectMeta } from '../../api/object.ts';
import { createdBy, ownerReference } from '../desired-secret.ts';
import { isIntact } from '../drift.ts';
import { deletionProblem, desiredManifest, manifestDrift, manifestProblem, newManifest, updatedManifest } from './desired-manifest.ts';
import { liveManifest } from './live-manifest.ts';
import { manifestHash } from './manifest-hash.ts';

const widget = { apiVersion: 'acme.example/v1', kind: 'Widget' };
const fields = { spec: { a: 1, list: [{ b: 2 }] } };
const es = (target: object = {}): ReturnType<typeof externalSecret> => externalSecret({ spec: { target: { manifest: widget, ...target } } });
const wanted = (target: object = {}, of = fields) => desiredManifest(es(target), widget, { fields: of, labels: { app: 'seed' }, annotations: { note: 'x' } });

/** An object as an API server returns it. */
function live(object: KubeObject, more: Partial<ObjectMeta> = {}): KubeObject {
  return { ...object, metadata: { ...object.metadata, uid: 'uid-1', resourceVersion: '7', ...more } };
}

test('a new object has its marks, its hash, and an owner under the policy that makes one', () => {
  expect(newManifest(wanted())).toEqual({
    ...widget,
    metadata: {
      namespace: 'devnet',
      name: 'database',
      labels: { app: 'seed', 'reconcile.external-secrets.io/managed': 'true', 'reconcile.external-secrets.io/created-by': createdBy(es()) },
      annotations: { note: 'x', 'reconcile.external-secrets.io/data-hash': manifestHash(fields) },
      ownerReferences: [ownerReference(es())],
    },
    ...fields,
  });
  const orphan = newManifest(wanted({ creationPolicy: 'Orphan', name: 'chosen' })).metadata;
  expect([orphan.name, orphan.ownerReferences, orphan.labels?.['reconcile.external-secrets.io/created-by']]).toEqual(['chosen', undefined, undefined]);
});

test('what was written is no drift and is intact, even where the API server has filled in defaults', () => {
  const written = live(newManifest(wanted()));
  const filled = { ...written, spec: { ...fields.spec, replicas: 1 }, status: { phase: 'Ready' } };

  expect(manifestDrift(written, wanted())).toEqual([]);
  expect(manifestDrift(filled, wanted())).toEqual([]);
  expect(isIntact(liveManifest(written), es())).toBe(true);
  expect(isIntact(liveManifest(filled), es())).toBe(false);
});

test('what differs is named: fields, labels, the hash, the owner, finalizers', () => {
  const written = live(newManifest(wanted()));

  expect(manifestDrift({ ...written, spec: { a: 2, list: [{ b: 2 }] } }, wanted())).toEqual(['spec']);
  expect(manifestDrift({ ...written, metadata: { ...written.metadata, labels: {}, annotations: {}, ownerReferences: [] } }, wanted())).toEqual([
    'label app',
    'label reconcile.external-secrets.io/managed',
    'label reconcile.external-secrets.io/created-by',
    'annotation note',
    'annotation reconcile.external-secrets.io/data-hash',
    'owner reference',
  ]);
  expect(manifestDrift(written, wanted({ template: { metadata: { finalizers: ['acme.example/hold'] } } }))).toEqual(['finalizer acme.example/hold']);
});

test('data has to be just what is wanted, unless it is merged', () => {
  const data = { data: { ours: '1' } };
  const of = (target: object) => desiredManifest(es(target), widget, { fields: data, labels: {}, annotations: {} });
  const more = (target: object): KubeObject => ({ ...live(newManifest(of(target))), data: { ours: '1', theirs: '2' } });

  expect(manifestDrift(more({}), of({}))).toEqual(['data']);
  expect(updatedManifest(more({}), of({}))['data']).toEqual({ ours: '1' });
  expect(updatedManifest(more({ creationPolicy: 'CreateOrMerge' }), of({ creationPolicy: 'CreateOrMerge' }))['data']).toEqual({ ours: '1', theirs: '2' });
});

test("an update keeps others' metadata and status, and carries the version it was made for", () => {
  const there = live({ ...newManifest(wanted()), status: { phase: 'Ready' } }, { labels: { theirs: 'kept' }, annotations: { theirs: 'kept' }, finalizers: ['theirs.example/hold'], managedFields: [{}] });
  const updated = updatedManifest(there, wanted());

  expect(updated).toMatchObject({ status: { phase: 'Ready' }, metadata: { uid: 'uid-1', resourceVersion: '7', labels: { theirs: 'kept', app: 'seed' }, annotations: { theirs: 'kept', note: 'x' }, finalizers: ['theirs.example/hold'] } });
  expect(updated.metadata.managedFields).toBeUndefined();
  expect(manifestDrift(live(updated), wanted())).toEqual([]);
});

test('a policy that makes no owner any more takes the owner off', () => {
  const written = live(newManifest(wanted()));
  const orphan = wanted({ creationPolicy: 'Orphan' });

  expect(manifestDrift(written, orphan)).toEqual(['owner reference']);
  expect(updatedManifest(written, orphan).metadata).toMatchObject({ ownerReferences: [] });
  expect(updatedManifest(written, orphan).metadata.labels).not.toHaveProperty('reconcile.external-secrets.io/created-by');
});

test('fields of an object that is to stay as it is made are never written again', () => {
  const written = live(newManifest(wanted({ immutable: true })));
  const other = { spec: { a: 5, list: [] } };

  expect(manifestDrift(written, wanted({ immutable: true }, other))).toEqual([]);
  expect(updatedManifest(written, wanted({ immutable: true }, other))['spec']).toEqual(fields.spec);
});

test('an object of somebody else is neither written nor deleted; one that is to be merged into is', () => {
  const theirs = { ...widget, metadata: { name: 'database', namespace: 'devnet' } };
  const anothers = { ...theirs, metadata: { ...theirs.metadata, ownerReferences: [{ apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', name: 'other', uid: 'uid-other', controller: true }] } };

  expect(manifestProblem(theirs, es())).toBe('target exists and is not ours: Widget "database" was made by somebody else and is left as it is; choose another spec.target.name, or delete that Widget');
  expect(manifestProblem(anothers, es())).toBe('target is owned by another: Widget "database" belongs to ExternalSecret "other"; choose another spec.target.name, or delete one of the two owners');
  expect(manifestProblem(theirs, es({ creationPolicy: 'Orphan' }))).toMatch(/^target exists and is not ours/);
  expect(manifestProblem(theirs, es({ creationPolicy: 'Merge' }))).toBeUndefined();
  expect(manifestProblem(anothers, es({ creationPolicy: 'Merge' }))).toMatch(/^target is owned by another/);
  expect(manifestProblem(newManifest(wanted()), es())).toBeUndefined();
});

const hash = { 'f:annotations': { 'f:reconcile.external-secrets.io/data-hash': {} } };
const wrote = (manager: string, fieldsV1: object): object => ({ manager, operation: 'Update', fieldsV1 });
const ours = 'externalsecrets.external-secrets.io/database';

test.each([
  ['ours alone', [wrote(ours, { 'f:metadata': hash, 'f:spec': {} })], true, true],
  ['ours, with labels and a status of others', [wrote(ours, { 'f:metadata': hash, 'f:spec': {} }), wrote('them', { 'f:metadata': { 'f:labels': {} } }), { ...wrote('them', { 'f:status': {} }), subresource: 'status' }], true, true],
  // as External Secrets leaves it: no owner, no manager of its own
  ["External Secrets' alone", [wrote('external-secrets', { 'f:metadata': hash, 'f:spec': {} })], true, false],
  ['of somebody into whose object we have merged', [wrote('them', { 'f:spec': {} }), wrote(ours, { 'f:metadata': hash, 'f:spec': {} })], false, false],
  ['of somebody into whose object External Secrets has merged', [wrote('them', { 'f:spec': {} }), wrote('external-secrets', { 'f:metadata': hash })], false, false],
  ['of another ExternalSecret', [wrote('externalsecrets.external-secrets.io/other', { 'f:metadata': hash, 'f:spec': {} })], false, false],
  ['ours without the hash', [wrote(ours, { 'f:spec': {} })], false, false],
  ['of nobody knows whom', [], false, false],
])('an object with the marks of a controller and no owner, %s', (_whose, managedFields, mayWrite, mayDelete) => {
  const orphan = live(newManifest(wanted({ creationPolicy: 'Orphan' })), { managedFields });

  expect(manifestProblem(orphan, es({ creationPolicy: 'Orphan' })) === undefined).toBe(mayWrite);
  for (const creationPolicy of ['Owner', 'Orphan', 'Merge', 'CreateOrMerge']) expect(deletionProblem(orphan, es({ creationPolicy })) === undefined).toBe(mayDelete);
});
