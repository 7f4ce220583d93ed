import { describe, expect, it } from 'vitest';
import { parseExternalSecret } from '../../api/external-secret.ts';
import type { KubeObject } from '../../api/object.ts';
import { createdBy, ownerReference } from '../../secret/desired-secret.ts';
import { liveSecret } from '../../secret/live-secret.ts';
import { dataHash } from '../../secret/object-hash.ts';
import { resourceVersionOf } from '../../secret/resource-version.ts';
import { refreshReason } from './adoption.ts';

const now = Date.UTC(2026, 0, 1, 12);
const metadata = { namespace: 'a', name: 'db', uid: 'u-1', generation: 3, annotations: { team: 'x' } };
const ready = { type: 'Ready', status: 'True', reason: 'SecretSynced', message: 'secret synced', lastTransitionTime: '2026-01-01T11:30:00Z' };
const synced = { syncedResourceVersion: resourceVersionOf(metadata), refreshTime: '2026-01-01T11:30:00Z', conditions: [ready] };

function declared(spec: object, status: object): NonNullable<Parameters<typeof refreshReason>[0]> {
  const parsed = parseExternalSecret({ apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata, spec: { secretStoreRef: { name: 's' }, data: [{ secretKey: 'k', remoteRef: { key: 'r' } }], ...spec }, status });
  if (!parsed.ok) throw new Error('the ExternalSecret does not parse');
  return parsed.value;
}

function secretObject(value: string, hashed = value): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      namespace: 'a',
      name: 'db',
      labels: { 'reconcile.external-secrets.io/managed': 'true', 'reconcile.external-secrets.io/created-by': createdBy({ metadata }) },
      annotations: { 'reconcile.external-secrets.io/data-hash': dataHash(new Map([['k', Buffer.from(hashed)]])) },
      ownerReferences: [ownerReference({ metadata })],
    },
    data: { k: Buffer.from(value).toString('base64') },
  };
}

function withoutOwner(object: KubeObject): KubeObject {
  return { ...object, metadata: { ...object.metadata, labels: { 'reconcile.external-secrets.io/managed': 'true' }, ownerReferences: [] } };
}

describe('refreshReason', () => {
  it.each<[string, object, object, KubeObject | undefined, RegExp | undefined]>([
    ['what is current', {}, synced, secretObject('v'), undefined],
    ['what was never synced', {}, {}, undefined, /never synced/],
    ['what failed last', {}, { ...synced, conditions: [{ ...ready, status: 'False' }] }, secretObject('v'), /last sync failed/],
    ['what has changed since', {}, { ...synced, syncedResourceVersion: '2-x' }, secretObject('v'), /have changed since/],
    ['a Secret that is gone', {}, synced, undefined, /its Secret is missing/],
    ['a Secret that was edited', {}, synced, secretObject('other', 'v'), /changed by somebody else/],
    ['an interval that is over', { refreshInterval: '10m' }, synced, secretObject('v'), /interval is over/],
    ['an interval that is over where time does not count', { refreshInterval: '10m', refreshPolicy: 'OnChange' }, synced, secretObject('v'), undefined],
    ['an interval of 0', { refreshInterval: '0' }, synced, secretObject('v'), undefined],
    ['what is made once, and was changed since', { refreshPolicy: 'CreatedOnce' }, { ...synced, syncedResourceVersion: '2-x' }, secretObject('v'), undefined],
    ['an interval of 0, where nothing that was asked for since counts', { refreshInterval: '0' }, { ...synced, syncedResourceVersion: '2-x' }, secretObject('v'), undefined],
    ['what a generator made, and was changed since', { dataFrom: [{ sourceRef: { generatorRef: { kind: 'Password', name: 'p' } } }] }, { ...synced, syncedResourceVersion: '2-x' }, secretObject('v'), undefined],
    ['an edit that a status of ours has not seen', { refreshInterval: '0' }, { ...synced, syncedResourceVersion: '2-x', conditions: [{ ...ready, observedGeneration: 2 }] }, secretObject('v'), /have changed since/],
    ['a Secret that has lost its owner', {}, synced, withoutOwner(secretObject('v')), undefined],
    ['a Secret that is gone because the provider has nothing', {}, { ...synced, conditions: [{ ...ready, reason: 'SecretDeleted', message: 'secret deleted due to DeletionPolicy=Delete' }] }, undefined, undefined],
    ['a Secret that is retained', {}, { ...synced, conditions: [{ ...ready, message: 'secret retained due to DeletionPolicy=Retain' }] }, secretObject('other', 'v'), undefined],
    ['an immutable Secret whose interval is over', { refreshInterval: '10m', target: { immutable: true } }, synced, secretObject('v'), undefined],
    ['a refresh time in the future', {}, { ...synced, refreshTime: '2026-01-02T00:00:00Z' }, secretObject('v'), /in the future/],
    ['an orphan that is gone', { target: { creationPolicy: 'Orphan' } }, synced, undefined, undefined],
    ['one that writes nothing', { target: { creationPolicy: 'None' } }, synced, undefined, undefined],
    ['one that merges into a Secret that nobody makes', { target: { creationPolicy: 'Merge' } }, synced, undefined, undefined],
  ])('knows of %s', (_what, spec, status, secret, reason) => {
    const found = refreshReason(declared(spec, status), secret === undefined ? undefined : liveSecret(secret), now);

    if (reason === undefined) expect(found).toBeUndefined();
    else expect(found).toMatch(reason);
  });
});
