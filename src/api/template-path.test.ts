import fc from 'fast-check';
import { expect, test } from 'vitest';
import { externalSecretObject } from '../../test/support/external-secret.ts';
import { parseExternalSecret } from './external-secret.ts';
import { parsePushSecret } from './push-secret.ts';
import { parseTemplatePath } from './template-path.ts';

test.each([
  ['spec', ['spec']],
  ['Spec', ['spec']],
  ['spec.a.b[0].c', ['spec', 'a', 'b', 0, 'c']],
  ['spec.matrix[1][20]', ['spec', 'matrix', 1, 20]],
  ['data.my-key_1', ['data', 'my-key_1']],
])('%s is a path', (text, path) => {
  expect(parseTemplatePath(text)).toEqual({ ok: true, path });
});

test.each([
  ['', /^must be Data, Annotations, Labels, or a path/],
  ['spec..a', /^must be Data/],
  ['spec.a[x]', /^must be Data/],
  ['[0].a', /^must be Data/],
  ['spec.__proto__.a', /^must be Data/],
  ['metadata.ownerReferences', /^must not be a part of metadata/],
  ['Metadata.name', /^must not be a part of Metadata/],
  ['kind', /^must not be a part of kind/],
  ['apiVersion', /^must not be a part of apiVersion/],
  ['status.phase', /^must not be a part of status/],
  ['spec.a[10001]', /^must have no index above 10000/],
  [`spec${'.a'.repeat(64)}`, /^must have at most 64 steps/],
])('%s is refused', (text, message) => {
  expect(parseTemplatePath(text)).toEqual({ ok: false, message: expect.stringMatching(message) });
});

test('no path leads to what says which object it is', () => {
  const word = fc.constantFrom('metadata', 'METADATA', 'kind', 'Kind', 'apiVersion', 'status', 'spec', 'a', '[0]', '.', '..', '__proto__', ' ', '[99999]');
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }).map((words) => words.join('')), (text) => {
      const parsed = parseTemplatePath(text);
      return !parsed.ok || !['metadata', 'kind', 'apiversion', 'status'].includes(parsed.path[0].toLowerCase());
    }),
  );
});

const templated = (target: string): object => ({ template: { templateFrom: [{ target, literal: 'a: b' }] } });

test('a field is for targets that are no Secrets, and never for what is pushed', () => {
  const errorOf = (target: object): unknown => {
    const parsed = parseExternalSecret(externalSecretObject({ spec: { target } }));
    return parsed.ok ? undefined : parsed.errors.map(({ path, message }) => `${path}: ${message}`);
  };
  const manifest = { apiVersion: 'acme.example/v1', kind: 'Widget' };
  const refused = ['spec.target.template.templateFrom[0].target: must be Data, Annotations or Labels; other fields of a Secret cannot be templated'];

  for (const target of ['type', 'immutable', 'metadata.annotations', 'spec.a']) expect(errorOf(templated(target)), target).toEqual(refused);
  expect(errorOf({ manifest, ...templated('spec.a') })).toBeUndefined();
  expect(errorOf({ manifest, ...templated('metadata.name') })).toEqual([expect.stringMatching(/^spec\.target\.template\.templateFrom\[0\]\.target: must not be a part of metadata/)]);
  const pushed = parsePushSecret({ apiVersion: 'external-secrets.io/v1alpha1', kind: 'PushSecret', metadata: { name: 'a' }, spec: { secretStoreRefs: [{ name: 'vault' }], selector: { secret: { name: 'a' } }, ...templated('type') } });
  expect(pushed).toMatchObject({ ok: false, errors: [{ path: 'spec.template.templateFrom[0].target' }] });
});
