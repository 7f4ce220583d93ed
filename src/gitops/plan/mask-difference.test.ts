import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../api/object.ts';
import { maskDifference } from './mask-difference.ts';

const metadata = { name: 'db', namespace: 'devnet' };
const secret = (data: Readonly<Record<string, string>>): KubeObject => ({ apiVersion: 'v1', kind: 'Secret', metadata, data });
const config = (data: unknown, labels: Readonly<Record<string, string>> = {}): KubeObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...metadata, labels }, data });

describe('maskDifference', () => {
  it('shows no value of a Secret, and says which are others', () => {
    const { before, after } = maskDifference(secret({ same: 'YQ==', other: 'Yg==', gone: 'Yw==' }), secret({ same: 'YQ==', other: 'ZA==', fresh: 'ZQ==' }), { taint: [] }, false);

    expect(before['data']).toEqual({ same: '[redacted]', other: '[redacted]', gone: '[redacted]' });
    expect(after['data']).toEqual({ same: '[redacted]', other: '[redacted, another value]', fresh: '[redacted]' });
  });

  it('masks tainted paths on both sides, in lists too', () => {
    const { before, after } = maskDifference(config({ list: ['a', 'planted'] }), config({ list: ['a', 'other'] }), { taint: [['data', 'list', 1]] }, false);

    expect(before['data']).toEqual({ list: ['a', '[redacted]'] });
    expect(after['data']).toEqual({ list: ['a', '[redacted, another value]'] });
  });

  it('shows nothing of a live object that may hold values from Secrets, but what the new one has, too', () => {
    const live = config({ same: 'a', changed: 'planted', number: 42, nested: { gone: 'planted' }, list: ['a', 'planted'] }, { team: 'planted' });
    const { before, after } = maskDifference(live, config({ same: 'a', changed: 'b', list: ['a'] }, { team: 'a' }), { taint: [] }, true);

    expect(before).toEqual({ ...live, metadata: { ...metadata, labels: { team: '[redacted]' } }, data: { same: 'a', changed: '[redacted]', number: '[redacted]', nested: { gone: '[redacted]' }, list: ['a', '[redacted]'] } });
    expect(after['data']).toEqual({ same: 'a', changed: 'b', list: ['a'] });
  });
});
