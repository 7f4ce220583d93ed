import { describe, expect, it } from 'vitest';
import { configMapType, deploymentType, secretType } from '../../../kube/resource-types.ts';
import type { ResourceType } from '../../../kube/port.ts';
import { decideApply, isUnchanged } from './apply-decision.ts';
import type { AppliedObject } from './apply-decision.ts';
import { isNews } from './live-view.ts';
import { contentOf } from './live-view.ts';
import type { LiveObject } from './live-view.ts';
import { prepareObject } from './prepared-object.ts';
import type { PreparedObject } from './prepared-object.ts';

function prepare(type: ResourceType, more: Readonly<Record<string, unknown>> = {}): PreparedObject {
  const object = { apiVersion: type.group === '' ? 'v1' : `${type.group}/v1`, kind: type.kind, metadata: { name: 'seed', labels: { app: 'seed' } }, ...more };
  return prepareObject({ object, origin: { file: 'a.yaml', line: 1 }, taint: [] }, { type, phase: 'waves', instance: 'devnet', namespace: 'devnet' });
}

const deployment = prepare(deploymentType);
const config = prepare(configMapType);
const tracking = deployment.object.metadata.annotations ?? {};
const live: LiveObject = { uid: 'u1', resourceVersion: '7', generation: 2, deleting: false, finalizers: [], instance: 'devnet', labels: { app: 'seed', theirs: 'x' }, annotations: tracking, health: undefined };
const applied: AppliedObject = { hash: deployment.hash, uid: 'u1', resourceVersion: '5', generation: 2, stamp: {} };

describe('prepareObject', () => {
  it('puts a namespaced object into the destination, unless it says otherwise', () => {
    expect(config.object.metadata.namespace).toBe('devnet');
    expect(prepare(configMapType, { metadata: { name: 'seed', namespace: 'other' } }).ref.namespace).toBe('other');
    expect(prepare({ ...configMapType, namespaced: false }, { metadata: { name: 'seed', namespace: 'other' } }).ref.namespace).toBeUndefined();
  });

  it('leaves out what only the cluster writes', () => {
    const exported = prepare(deploymentType, { metadata: { name: 'seed', uid: 'x', resourceVersion: '1', generation: 3, managedFields: [], creationTimestamp: 'then' }, status: { replicas: 1 } });

    expect(Object.keys(exported.object.metadata).toSorted()).toEqual(['annotations', 'name', 'namespace']);
    expect(exported.object['status']).toBeUndefined();
  });
});

describe('isUnchanged', () => {
  it.each<[string, LiveObject, AppliedObject | undefined, boolean]>([
    ['only the status has changed', live, applied, true],
    ['the generation has changed', { ...live, generation: 3 }, applied, false],
    ['a declared label has changed', { ...live, labels: { app: 'other' } }, applied, false],
    ['the tracking annotation is gone', { ...live, annotations: {} }, applied, false],
    ['somebody else has added a label', { ...live, labels: { ...live.labels, more: 'x' } }, applied, true],
    ['the object was made again', { ...live, uid: 'u2' }, applied, false],
    ['the object is being deleted', { ...live, deleting: true }, applied, false],
    ['Git has changed', live, { ...applied, hash: 'other' }, false],
    ['nothing is remembered', live, undefined, false],
  ])('where %s', (_title, found, remembered, unchanged) => {
    expect(isUnchanged(deployment, remembered, found)).toBe(unchanged);
  });

  it('goes by the content of a kind whose generation counts statuses, too', () => {
    const application = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'seed' }, spec: { project: 'default' } };
    const content = contentOf({ ...application, status: { sync: {} } });

    expect(content).toBe(contentOf({ ...application, metadata: { name: 'seed', resourceVersion: '9' } }));
    expect(isUnchanged(deployment, { ...applied, content }, { ...live, generation: 9, content })).toBe(true);
    expect(isUnchanged(deployment, { ...applied, content }, { ...live, content: contentOf({ ...application, spec: { project: 'other' } }) })).toBe(false);
    expect(isUnchanged(deployment, { ...applied, content }, { ...live, content, labels: { app: 'other' } })).toBe(false);
    // metadata alone tells nothing of the content
    expect(isUnchanged(deployment, { ...applied, content }, { ...live, generation: 9 })).toBe(false);
  });

  it('goes by resourceVersion for kinds that count no generations', () => {
    const { generation: _none, ...rest } = applied;
    const remembered = { ...rest, generation: undefined, hash: config.hash };

    expect(isUnchanged(config, remembered, { ...live, generation: undefined, resourceVersion: '5' })).toBe(true);
    expect(isUnchanged(config, remembered, { ...live, generation: undefined, resourceVersion: '6' })).toBe(false);
  });
});

describe('decideApply', () => {
  const secret = prepare(secretType);

  it.each<[string, PreparedObject, LiveObject | undefined, string]>([
    ['makes what is not there', deployment, undefined, 'apply'],
    ['leaves what is as it should be', deployment, live, 'unchanged'],
    ['puts back what has drifted', deployment, { ...live, generation: 9 }, 'apply'],
    ['adopts what nobody tracks', deployment, { ...live, instance: undefined, annotations: {} }, 'apply'],
    ['asks about what another Application tracks', deployment, { ...live, instance: 'other' }, 'shared'],
    ['waits for what is being deleted', deployment, { ...live, deleting: true }, 'wait'],
    ['never adopts a Secret', secret, { ...live, instance: undefined }, 'refuse'],
    ['applies a Secret of its own', secret, live, 'apply'],
  ])('%s', (_title, desired, found, kind) => {
    expect(decideApply(desired, applied, found, 'devnet').kind).toBe(kind);
  });
});

describe('isNews', () => {
  const { generation: _counted, ...rest } = live;
  const uncounted: LiveObject = { ...rest, generation: undefined };

  it.each<[string, LiveObject | undefined, LiveObject | undefined, boolean]>([
    ['an object that came', undefined, live, true],
    ['an object that went', live, undefined, true],
    ['a status written again', live, { ...live, resourceVersion: '8' }, false],
    ['another health', live, { ...live, health: { status: 'Degraded', message: '' } }, true],
    ['another generation', live, { ...live, generation: 3 }, true],
    ['any change of a kind without generations', uncounted, { ...uncounted, resourceVersion: '8' }, true],
  ])('judges %s', (_title, previous, current, news) => {
    expect(isNews(previous, current)).toBe(news);
  });
});
