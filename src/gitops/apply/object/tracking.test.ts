import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../api/object.ts';
import { refOf } from './object-ref.ts';
import { applicationOf, instanceName, trackedBy, trackingAnnotation, trackingId } from './tracking.ts';

function object(kind: string, apiVersion: string, place: { readonly namespace?: string; readonly name: string }): KubeObject {
  return { apiVersion, kind, metadata: place };
}

function tracked(base: KubeObject, id: string): KubeObject {
  return { ...base, metadata: { ...base.metadata, annotations: { [trackingAnnotation]: id } } };
}

const deployment = object('Deployment', 'apps/v1', { namespace: 'devnet', name: 'seed' });
const secret = object('Secret', 'v1', { namespace: 'devnet', name: 'seed' });
const role = object('ClusterRole', 'rbac.authorization.k8s.io/v1', { name: 'system:seed' });

describe('tracking', () => {
  it.each([
    [deployment, 'devnet:apps/Deployment:devnet/seed'],
    [secret, 'devnet:/Secret:devnet/seed'],
    [role, 'devnet:rbac.authorization.k8s.io/ClusterRole:devnet/system:seed'],
  ])('writes and reads the id of %o', (one, id) => {
    expect(trackingId('devnet', refOf(one), 'devnet')).toBe(id);
    expect(trackedBy(tracked(one, id))).toBe('devnet');
  });

  it.each([
    ['a copy on another kind', secret, 'devnet:external-secrets.io/ExternalSecret:devnet/seed'],
    ['a copy on another name', deployment, 'devnet:apps/Deployment:devnet/other'],
    ['a copy in another namespace', deployment, 'devnet:apps/Deployment:testnet/seed'],
    ['something else', deployment, 'devnet'],
  ])('takes %s for no tracking at all', (_title, one, id) => {
    expect(trackedBy(tracked(one, id))).toBeUndefined();
  });

  it('takes an object without annotations for untracked', () => {
    expect(trackedBy(deployment)).toBeUndefined();
  });

  it('names Applications of every namespace apart, and back', () => {
    const label = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/);
    fc.assert(
      fc.property(label, label, label, (namespace, name, control) => {
        expect(applicationOf(instanceName({ namespace, name }, control), control)).toEqual({ namespace, name });
      }),
    );
  });
});
