import { expect, test } from 'vitest';
import { externalSecret } from '../../test/support/external-secret.ts';
import type { ObjectMeta, OwnerReference } from '../api/object.ts';
import { secretFieldManager } from './field-manager.ts';
import { textHash } from './object-hash.ts';
import { ownershipOf, ownershipProblem } from './ownership.ts';

const database = externalSecret();
const createdBy = 'reconcile.external-secrets.io/created-by';
const mine = { [createdBy]: textHash('devnet/database') };
const theirs = { [createdBy]: textHash('devnet/other') };

function owner(more: Partial<OwnerReference> = {}): readonly OwnerReference[] {
  return [{ apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', name: 'database', uid: 'uid-database', controller: true, ...more }];
}

test.each<[string, Partial<ObjectMeta>, 'ours' | 'other' | 'foreign']>([
  ['owned by its uid', { labels: mine, ownerReferences: owner() }, 'ours'],
  ['owned by its uid, the label lost', { ownerReferences: owner() }, 'ours'],
  ['labelled, the owner reference lost', { labels: mine }, 'ours'],
  ['owned by an object of the same name that was made anew', { labels: mine, ownerReferences: owner({ uid: 'older' }) }, 'ours'],
  ['owned by that name without the label', { ownerReferences: owner({ uid: 'older' }) }, 'other'],
  ['owned by another ExternalSecret', { labels: theirs, ownerReferences: owner({ name: 'other', uid: 'x' }) }, 'other'],
  ['owned by another, with a label that claims it is ours', { labels: mine, ownerReferences: owner({ name: 'other', uid: 'x' }) }, 'other'],
  ['owned by another kind of the same name', { labels: mine, ownerReferences: owner({ apiVersion: 'acme.example/v1', uid: 'x' }) }, 'other'],
  ['labelled by another', { labels: theirs }, 'other'],
  ['owned, but not controlled, by this one', { ownerReferences: owner({ controller: false }) }, 'foreign'],
  ['made by hand', { labels: { app: 'x' } }, 'foreign'],
  ['made by hand, and labelled as managed', { labels: { 'reconcile.external-secrets.io/managed': 'true' } }, 'foreign'],
])('a Secret %s is %s', (_what, metadata, expected) => {
  expect(ownershipOf({ metadata: { name: 'database', ...metadata } }, database).kind).toBe(expected);
});

test('a refusal names the owner and what to do', () => {
  const problem = (metadata: Partial<ObjectMeta>): string | undefined => ownershipProblem('Owner', 'database', { metadata: { name: 'database', ...metadata } }, database);

  expect(problem({ ownerReferences: owner({ name: 'other', uid: 'x' }) })).toBe('target is owned by another: Secret "database" belongs to ExternalSecret "other"; choose another spec.target.name, or delete one of the two owners');
  expect(problem({})).toBe('target exists and is not ours: Secret "database" was made by somebody else and is left as it is; choose another spec.target.name, or delete that Secret');
  expect(problem({ labels: mine })).toBeUndefined();
});

const by = (manager: string, fields: object): object => ({ manager, operation: 'Update', fieldsV1: fields });
const own = secretFieldManager('database');
const hashed = { 'f:metadata': { 'f:annotations': { '.': {}, 'f:reconcile.external-secrets.io/data-hash': {} } } };

test.each<[string, readonly object[], 'ours' | 'foreign']>([
  ['made by our field manager', [by(own, { ...hashed, 'f:type': {}, 'f:data': { 'f:password': {} } })], 'ours'],
  ['made by our field manager, with a key of somebody else', [by(own, { ...hashed, 'f:type': {} }), by('kubectl-edit', { 'f:data': { 'f:more': {} } })], 'ours'],
  ['made by hand, and brought in line by us altogether', [by(own, { ...hashed, 'f:data': { '.': {}, 'f:password': {} } }), by('kubectl-create', { 'f:type': {} })], 'ours'],
  ['made by hand, and merged into by us', [by(own, { ...hashed, 'f:data': { 'f:password': {} } }), by('kubectl-create', { 'f:type': {}, 'f:data': { 'f:theirs': {} } })], 'foreign'],
  ['made by another ExternalSecret', [by(secretFieldManager('other'), { ...hashed, 'f:type': {}, 'f:data': { 'f:password': {} } })], 'foreign'],
  ['labelled by us and nothing more', [by(own, { 'f:metadata': { 'f:labels': { 'f:reconcile.external-secrets.io/managed': {} } } })], 'foreign'],
])('a Secret without an owner that was %s is %s', (_what, managedFields, expected) => {
  expect(ownershipOf({ metadata: { name: 'database', managedFields } }, database).kind).toBe(expected);
});

test.each<[string, Partial<ObjectMeta>, boolean]>([
  ['made by hand', {}, true],
  ['controlled by another kind', { ownerReferences: owner({ apiVersion: 'cert-manager.io/v1', kind: 'Certificate', uid: 'x' }) }, true],
  ['ours by another policy', { ownerReferences: owner(), labels: mine }, true],
  ['owned by an object of the same name that was made anew', { ownerReferences: owner({ uid: 'older' }) }, true],
  ['controlled by another ExternalSecret', { ownerReferences: owner({ name: 'other', uid: 'x' }) }, false],
])('a Secret that is %s may be merged into: %s', (_what, metadata, expected) => {
  for (const policy of ['Merge', 'CreateOrMerge'] as const) {
    expect(ownershipProblem(policy, 'database', { metadata: { name: 'database', ...metadata } }, database) === undefined).toBe(expected);
  }
});

test('field managers longer than 63 characters are hashed, as External Secrets does', () => {
  expect(secretFieldManager('a'.repeat(27))).toBe(`externalsecrets.external-secrets.io/${'a'.repeat(27)}`);
  expect(secretFieldManager('a'.repeat(28))).toBe(`externalsecrets.external-secrets.io/sha3/${textHash('a'.repeat(28))}`);
});
