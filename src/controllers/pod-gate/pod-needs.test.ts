import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../api/object.ts';
import { gatedPod, mostNeeds, podNeeds } from './pod-needs.ts';

const gates = [{ name: 'prelude.dev/secrets' }];

function podOf(keys: number, spec: object = {}): KubeObject {
  const env = Array.from({ length: keys }, (_, index) => ({ name: `V${index}`, valueFrom: { secretKeyRef: { name: `s-${index}`, key: 'key' } } }));
  return { apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'devnet', name: 'web' }, spec: { containers: [{ name: 'node', image: 'node', env }], ...spec } };
}

describe('the needs of a pod', () => {
  it('are none that anybody goes through where there are more than a gate looks at', () => {
    expect(podNeeds(podOf(mostNeeds))).toHaveLength(mostNeeds);
    expect(podNeeds(podOf(mostNeeds + 1))).toBe('tooMany');
    expect(gatedPod(podOf(mostNeeds + 1, { schedulingGates: gates }))).toMatchObject({ isGated: true, needs: 'tooMany' });
  });

  it('count once, however often a pod names the same key', () => {
    const env = Array.from({ length: 2 * mostNeeds }, (_, index) => ({ name: `V${index}`, valueFrom: { secretKeyRef: { name: 'seed', key: 'key' } } }));

    expect(podNeeds(podOf(0, { containers: [{ name: 'node', image: 'node', env }] }))).toHaveLength(1);
  });

  it('are not kept of a pod that has the label and no gate', () => {
    expect(gatedPod(podOf(3))).toMatchObject({ isGated: false, needs: [] });
    expect(gatedPod(podOf(3, { schedulingGates: gates })).needs).toHaveLength(3);
  });
});
