import { z } from 'zod';
import { describe, expect, it } from 'vitest';
import { createScriptedProvider } from '../../test/support/scripted-provider.ts';
import type { Provider } from './contract.ts';
import { createRegistry, erase } from './registry.ts';

/** A second provider, whose configuration is of another type. */
const plain: Provider<{ readonly size: number }> = {
  id: 'plain',
  schema: z.strictObject({ size: z.int(), list: z.array(z.strictObject({ name: z.string() })).default([]) }),
  propertyLookup: 'literal-first',
  environment: [],
  capabilities: 'ReadOnly',
  credentials: ({ size }) => Array.from({ length: size }, (_, index) => ({ name: `s${index}`, key: 'k' })),
  connect: () => Promise.reject(new Error('not connected')),
};

const registry = createRegistry([erase(createScriptedProvider().provider), erase(plain)]);

function errorsOf(provider: unknown): readonly string[] {
  const parsed = registry.parse(provider);
  return parsed.ok ? [] : parsed.errors.map(({ path, message }) => `${path}: ${message}`);
}

describe('the registry', () => {
  it('holds providers of different types, with their schemas', () => {
    expect(registry.ids).toEqual(['scripted', 'plain']);
    expect([...registry.schemas.keys()]).toEqual(['scripted', 'plain']);
    expect(registry.schemas.get('plain')).toBe(plain.schema);
  });

  it('parses a configuration and closes over it', () => {
    const provider = registry.configure({ plain: { size: 2 } });

    expect(provider).toMatchObject({ id: 'plain', propertyLookup: 'literal-first', config: { size: 2, list: [] } });
    expect(provider.credentials).toEqual([{ name: 's0', key: 'k' }, { name: 's1', key: 'k' }]);
  });

  it('parses the same object once', () => {
    const provider = { plain: { size: 0 } };

    expect(registry.parse(provider)).toBe(registry.parse(provider));
    expect(registry.parse({ plain: { size: 0 } })).not.toBe(registry.parse(provider));
  });

  it('names the providers it knows where one is not known', () => {
    expect(errorsOf({ vault: {} })).toEqual(['spec.provider.vault: the provider is not known; this version of Prelude knows scripted, plain']);
    expect(() => registry.configure({ vault: {} })).toThrow(expect.objectContaining({ name: 'ProviderError', kind: 'invalid' }));
  });

  it.each([[{}], [{ plain: { size: 1 }, scripted: {} }]])('refuses %j, which is not exactly one provider', (provider) => {
    expect(errorsOf(provider)).toEqual(["spec.provider: must have exactly one key, the provider's name; this version of Prelude knows scripted, plain"]);
  });

  it.each([[undefined], [null], ['plain'], [[]], [7]])('refuses %j, which is no object', (provider) => {
    expect(errorsOf(provider)).toEqual(['spec.provider: must name one provider; this version of Prelude knows scripted, plain']);
  });

  it('does not take what every object inherits for a provider', () => {
    expect(errorsOf(JSON.parse('{"__proto__": {}}'))).toHaveLength(1);
    expect(errorsOf({ constructor: {} })).toHaveLength(1);
  });

  it('tells every error with its whole path, and none with the input', () => {
    const errors = errorsOf({ plain: { size: 'canary', list: [{ name: 1 }], colour: 'canary' } });

    expect(errors.map((error) => error.split(': ')[0])).toEqual(['spec.provider.plain.size', 'spec.provider.plain.list[0].name', 'spec.provider.plain.colour']);
    expect(errors.join()).not.toContain('canary');
    expect(errorsOf({ plain: [] })[0]).toMatch(/^spec\.provider\.plain: /);
  });

  it('does not hold two providers of one name', () => {
    expect(() => createRegistry([erase(plain), erase(plain)])).toThrow('provider "plain" is registered twice');
  });
});
