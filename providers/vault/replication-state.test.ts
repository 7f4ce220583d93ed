import { describe, expect, it } from 'vitest';
import { ReplicationState } from './replication-state.ts';

function index(local: number, replicated: number, cluster = 'c'): string {
  return Buffer.from(`v1:${cluster}:${local}:${replicated}:signature`).toString('base64');
}

describe('how far the cluster was', () => {
  it('is nothing before the first write, and what the last one said afterwards', () => {
    const state = new ReplicationState();
    expect(state.header).toBeUndefined();
    state.note(undefined);
    state.note('');
    expect(state.header).toBeUndefined();
    state.note(index(1, 0));
    state.note(index(2, 0));
    expect(state.header).toBe(index(2, 0));
  });

  it('does not go back with an answer that was overtaken', () => {
    const state = new ReplicationState();
    state.note(index(9, 4));
    state.note(index(8, 4));
    expect(state.header).toBe(index(9, 4));
    state.note(index(8, 5));
    expect(state.header).toBe(index(8, 5));
  });

  it('follows another cluster, and what cannot be compared', () => {
    const state = new ReplicationState();
    state.note(index(9, 9));
    state.note(index(1, 1, 'other'));
    expect(state.header).toBe(index(1, 1, 'other'));
    state.note('opaque');
    expect(state.header).toBe('opaque');
  });
});
