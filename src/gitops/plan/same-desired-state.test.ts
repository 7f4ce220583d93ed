import { describe, expect, it } from 'vitest';
import { planOf } from '../../../test/support/plans.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Plan } from './plan.ts';
import { isSameDesiredState } from './same-desired-state.ts';

const config = (value: string): KubeObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { value } });
const plan = planOf('devnet', { waves: [config('one')], plumbing: [config('two')] });

/** The same plan with other details of each object. */
function detailed(details: object): Plan {
  return { ...plan, phases: plan.phases.map(({ name, objects }) => ({ name, objects: objects.map((rendered) => ({ ...rendered, ...details })) })) };
}

describe('isSameDesiredState', () => {
  it('holds whatever the commit, and wherever an object stands', () => {
    expect(isSameDesiredState(plan, { ...plan, revision: 'other', problems: [{ severity: 'warning', message: 'odd' }] })).toBe(true);
    expect(isSameDesiredState(plan, detailed({ origin: { file: 'moved.yaml', line: 9 } }))).toBe(true);
  });

  it.each<[string, Plan]>([
    ['another value', planOf('devnet', { waves: [config('three')], plumbing: [config('two')] })],
    ['an object more', planOf('devnet', { waves: [config('one'), config('one')], plumbing: [config('two')] })],
    ['an object less', planOf('devnet', { waves: [config('one')] })],
    ['an object in another phase', planOf('devnet', { plumbing: [config('one'), config('two')] })],
    ['another namespace', planOf('testnet', { waves: [config('one')], plumbing: [config('two')] })],
    ['other values from the cluster', { ...plan, valueSources: [{ kind: 'Secret', name: 'a', key: 'k', optional: false }] }],
    ['another ciphertext', detailed({ sops: { content: Buffer.from('x'), format: 'yaml', document: 0 } })],
  ])('does not hold with %s', (_title, other) => {
    expect(isSameDesiredState(plan, other)).toBe(false);
  });
});
