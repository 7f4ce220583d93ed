import { expect, it } from 'vitest';
import { parseGeneratorState } from './generator-state.ts';
import type { KubeObject } from './object.ts';
import { formatErrors } from './schema.ts';

function state(spec: unknown): KubeObject {
  return { apiVersion: 'generators.external-secrets.io/v1alpha1', kind: 'GeneratorState', metadata: { namespace: 'devnet', name: 'gen-externalsecret-web-x7k2p' }, spec };
}

it('a state holds the generator as it was, what it needs to take back what it made, and when', () => {
  const resource = { apiVersion: 'generators.external-secrets.io/v1alpha1', kind: 'Grafana', metadata: { name: 'web', creationTimestamp: null }, spec: { url: 'https://x' }, status: {} };
  const object = state({ garbageCollectionDeadline: '2026-01-01T00:02:00Z', resource, state: { id: 7 } });

  expect(parseGeneratorState(object)).toEqual({
    ok: true,
    value: { metadata: object.metadata, garbageCollectionDeadline: Date.UTC(2026, 0, 1, 0, 2), resource: { kind: 'Grafana', name: 'web', spec: { url: 'https://x' } }, state: { id: 7 } },
  });
});

it('a state without a deadline is in use', () => {
  const parsed = parseGeneratorState(state({ resource: { kind: 'UUID', metadata: null }, state: null }));

  expect(parsed).toMatchObject({ ok: true, value: { resource: { kind: 'UUID', spec: {} }, state: null } });
  expect(parsed.ok && 'garbageCollectionDeadline' in parsed.value).toBe(false);
});

it.each([
  [{ resource: {}, state: {} }, 'spec.resource.kind: is required'],
  [{ state: {} }, 'spec.resource: is required'],
  [{ garbageCollectionDeadline: 'soon', resource: { kind: 'UUID' }, state: {} }, 'spec.garbageCollectionDeadline: must be a time like 2026-01-01T00:00:00Z'],
])('a state that is none says where: %j', (spec, message) => {
  const parsed = parseGeneratorState(state(spec));

  expect(parsed.ok ? undefined : formatErrors(parsed.errors)).toBe(message);
});
