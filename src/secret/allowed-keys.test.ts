import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allowedKeysProblem, mayReadKey } from './allowed-keys.ts';

function store(annotation?: string) {
  return { metadata: { annotations: annotation === undefined ? {} : { 'prelude.dev/allowed-keys': annotation } } };
}

const policy = store('["shared/*", "testnets/{namespace}/*"]');

test.each([
  ['shared/rpc', 'devnet-1', true],
  ['shared', 'devnet-1', false],
  ['testnets/devnet-1/faucet', 'devnet-1', true],
  ['testnets/devnet-1/deep/er', 'devnet-1', true],
  ['testnets/devnet-2/faucet', 'devnet-1', false],
  ['testnets/devnet-1x/faucet', 'devnet-1', false],
  ['testnets/devnet-1/../devnet-2/faucet', 'devnet-1', false],
  ['shared/./rpc', 'devnet-1', false],
  ['shared/..hidden', 'devnet-1', true],
  ['', 'devnet-1', false],
])('the key %s is for namespace %s: %s', (key, namespace, expected) => {
  expect(mayReadKey(policy, namespace, key)).toBe(expected);
});

test('a store without the annotation keeps no key from anybody', () => {
  expect(mayReadKey(store(), 'devnet', '../anything')).toBe(true);
  expect(allowedKeysProblem(store().metadata)).toBeUndefined();
});

test('the list may be YAML, and an empty one allows nothing', () => {
  expect(mayReadKey(store('- a\n- "{namespace}-*"\n'), 'devnet', 'devnet-faucet')).toBe(true);
  expect(mayReadKey(store('[]'), 'devnet', 'a')).toBe(false);
  expect(allowedKeysProblem(store('[]').metadata)).toBeUndefined();
});

test('a list may have 16 KiB', () => {
  expect(mayReadKey(store('["shared/*"]'.padEnd(16 * 1024)), 'devnet', 'shared/rpc')).toBe(true);
});

test.each([
  ['', 'must be a YAML or JSON list of patterns'],
  ['shared/*', 'must be a YAML or JSON list of patterns'],
  ['{a: b}', 'must be a YAML or JSON list of patterns'],
  ['[1]', 'must be a YAML or JSON list of patterns'],
  ['["a"]\n---\n["*"]', 'must be a YAML or JSON list of patterns'],
  ['["a", "b', 'must be a YAML or JSON list of patterns'],
  ['["*", "[a"]', 'pattern 2 is malformed'],
  ['["*", "{a"]', 'pattern 2 is malformed'],
  ['["[{namespace}]*"]', 'pattern 1 is malformed'],
  [`["shared/*"]${' '.repeat(16 * 1024)}`, 'must have at most 16 KiB'],
])('%j makes no sense, allows nothing, and says why', (annotation, problem) => {
  expect(mayReadKey(store(annotation), 'devnet', 'shared/rpc')).toBe(false);
  expect(allowedKeysProblem(store(annotation).metadata)).toBe(`metadata.annotations[prelude.dev/allowed-keys]: ${problem}; until then no key is allowed`);
});

test('whatever a namespace is called, it is a name and never a pattern', () => {
  const other = fc.string({ minLength: 1 }).filter((text) => !text.includes('/'));
  fc.assert(
    fc.property(other, other, (namespace, victim) => {
      expect(mayReadKey(store('["testnets/{namespace}/*"]'), namespace, `testnets/${victim}/key`)).toBe(victim === namespace && victim !== '.' && victim !== '..');
    }),
  );
});
