import { describe, expect, it } from 'vitest';
import { ownAddresses } from './own-addresses.ts';

describe("a pod's own addresses", () => {
  it('are known in a pod, and on a machine of somebody nothing is refused for being its own', () => {
    expect(ownAddresses({})).toEqual([]);
    expect(ownAddresses({ KUBERNETES_SERVICE_HOST: '' })).toEqual([]);
    expect(ownAddresses({ KUBERNETES_SERVICE_HOST: '10.0.0.1' })).not.toContain('127.0.0.1');
  });
});
