import { expect, it } from 'vitest';
import { z } from 'zod';
import { SecretBytes } from '../lib/secret-bytes.ts';
import type { Generator } from './generator.ts';
import { createGeneratorRegistry, eraseGenerator } from './generator-registry.ts';
import { ProviderError } from './provider-error.ts';

const dice: Generator<{ readonly sides: number; readonly secretRef: { readonly name: string; readonly key: string } }> = {
  kind: 'Dice',
  schema: z.strictObject({ sides: z.int(), secretRef: z.strictObject({ name: z.string(), key: z.string() }) }),
  environment: ['TABLE'],
  credentials: ({ secretRef }) => [secretRef],
  generate: ({ sides }) => Promise.resolve({ values: new Map([['eye', SecretBytes.fromUtf8(String(sides))]]) }),
};
const loan: Generator<unknown> = { kind: 'Loan', schema: z.unknown(), environment: [], credentials: () => [], generate: () => Promise.resolve({ values: new Map(), state: 1 }), cleanup: () => Promise.resolve() };
const registry = createGeneratorRegistry([eraseGenerator(dice), eraseGenerator(loan)]);
const spec = { sides: 6, secretRef: { name: 'croupier', key: 'licence' } };

it('knows its kinds, their schemas, and which of them leave something behind', () => {
  expect(registry.kinds).toEqual(['Dice', 'Loan']);
  expect(registry.schemas.get('Dice')).toBe(dice.schema);
  expect(['Dice', 'Loan', 'Grafana'].map(registry.isStateful)).toEqual([false, true, false]);
});

it('parses a spec once, and tells what it names', () => {
  expect(registry.configure('Dice', spec)).toMatchObject({ kind: 'Dice', environment: ['TABLE'], credentials: [{ name: 'croupier', key: 'licence' }] });
  expect('cleanup' in registry.configure('Dice', spec)).toBe(false);
});

it('tells every error with its whole path', () => {
  expect(registry.parse('Dice', { sides: 'six', secretRef: {} })).toEqual({
    ok: false,
    errors: [
      { path: 'spec.sides', message: 'must be number, received string' },
      { path: 'spec.secretRef.name', message: 'is required' },
      { path: 'spec.secretRef.key', message: 'is required' },
    ],
  });
  expect(registry.parse('Dice', 7)).toMatchObject({ ok: false, errors: [{ path: 'spec' }] });
});

it('throws what is wrong where a generator is needed', () => {
  expect(() => registry.configure('Dice', {})).toThrow(new ProviderError('invalid', 'spec.sides: is required; spec.secretRef: is required'));
});

it('says which kinds there are where one is not known', () => {
  const message = 'the kind of generator is not known; this version of Prelude knows Dice, Loan';

  expect(registry.parse('Grafana', {})).toEqual({ ok: false, errors: [{ path: 'kind', message }] });
  expect(() => registry.configure('Grafana', {})).toThrow(expect.objectContaining({ kind: 'unsupported', message }));
});

it('takes no kind twice', () => {
  expect(() => createGeneratorRegistry([eraseGenerator(dice), eraseGenerator(dice)])).toThrow('generator "Dice" is registered twice');
});
