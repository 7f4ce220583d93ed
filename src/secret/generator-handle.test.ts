import { expect, test } from 'vitest';
import { missingGenerator } from './generator-handle.ts';

test('a generator of a kind that is run may not be there; of another kind it is not known whether it is', () => {
  expect(missingGenerator({ kind: 'Password', name: 'random' }, 'Password "random"')).toBe('Password "random" does not exist');
  expect(missingGenerator({ kind: 'ClusterGenerator', name: 'random' }, 'ClusterGenerator "random"')).toBe('ClusterGenerator "random" does not exist');
  expect(missingGenerator({ kind: 'Grafana', name: 'login' }, 'Grafana "login"')).toMatch(/^Grafana "login" cannot be run: this version of Prelude runs generators of kind ACRAccessToken, .*Webhook$/);
});
