import { describe, expect, it } from 'vitest';
import { knownGeneratorKinds, servedGeneratorKinds, wrappedSpecField } from './generator-kinds.ts';
import { parseGenerator, servesGenerator } from './generator.ts';
import type { KubeObject } from './object.ts';
import { formatErrors } from './schema.ts';

function generator(kind: string, spec: unknown, metadata: Readonly<Record<string, string>> = { namespace: 'devnet' }): KubeObject {
  return { apiVersion: 'generators.external-secrets.io/v1alpha1', kind, metadata: { name: 'web', ...metadata }, ...(spec === undefined ? {} : { spec }) };
}

function problem(object: KubeObject): string | undefined {
  const parsed = parseGenerator(object);
  return parsed.ok ? undefined : formatErrors(parsed.errors);
}

describe('a generator', () => {
  it('is known by kind and class; its spec is left as it stands', () => {
    const object = generator('Fake', { controller: 'blue', data: { a: 'b' }, whatever: 1 });

    expect(parseGenerator(object)).toEqual({ ok: true, value: { kind: 'Fake', metadata: object.metadata, controller: 'blue', spec: { controller: 'blue', data: { a: 'b' }, whatever: 1 } } });
  });

  it.each([undefined, null])('without fields may have %j for a spec', (spec) => {
    expect(parseGenerator(generator('UUID', spec))).toMatchObject({ ok: true, value: { kind: 'UUID', controller: '', spec: {} } });
  });

  it.each([...knownGeneratorKinds])('of kind %s parses, whether this version runs it or not', (kind) => {
    expect(parseGenerator(generator(kind, {}))).toMatchObject({ ok: true, value: { kind } });
  });

  it.each([
    [generator('Passwort', {}), 'kind: is not a kind of generator'],
    [{ ...generator('Password', {}), apiVersion: 'external-secrets.io/v1' }, 'apiVersion: must be generators.external-secrets.io/v1alpha1'],
    [generator('Password', 'long'), 'spec: must be record, received string'],
    [generator('toString', {}), 'kind: is not a kind of generator'],
  ])('that is none says why', (object, message) => {
    expect(problem(object)).toBe(message);
  });

  it('is served by controllers of its class, or by all where it names none', () => {
    expect([servesGenerator('blue', { controller: '' }), servesGenerator('blue', { controller: 'blue' }), servesGenerator('default', { controller: 'blue' })]).toEqual([true, true, false]);
  });
});

describe('a ClusterGenerator', () => {
  const cluster = (spec: unknown): KubeObject => generator('ClusterGenerator', spec, {});

  it.each(knownGeneratorKinds.filter((kind) => wrappedSpecField(kind) !== undefined))('is the %s that it wraps', (kind) => {
    const object = cluster({ kind, generator: { [wrappedSpecField(kind) ?? '']: { controller: 'blue' } } });

    expect(parseGenerator(object)).toEqual({ ok: true, value: { kind, metadata: object.metadata, controller: 'blue', spec: { controller: 'blue' } } });
  });

  it.each([
    [{ kind: 'Password', generator: { uuidSpec: {} } }, 'spec.generator: must have passwordSpec, which goes with kind Password, and nothing else'],
    [{ kind: 'Password', generator: { passwordSpec: {}, uuidSpec: {} } }, 'spec.generator: must have passwordSpec, which goes with kind Password, and nothing else'],
    [{ kind: 'Password', generator: {} }, 'spec.generator: must have passwordSpec, which goes with kind Password, and nothing else'],
    [{ kind: 'GitlabDeployToken', generator: { gitlabDeployTokenSpec: {} } }, expect.stringMatching(/^spec\.kind: must be one of ACRAccessToken, /)],
    [{ kind: 'ClusterGenerator', generator: {} }, expect.stringMatching(/^spec\.kind: must be one of ACRAccessToken, /)],
    [{ kind: 'Password' }, 'spec.generator: is required'],
    [{ kind: 'UUID', generator: { uuidSpec: {} }, extra: 1 }, 'spec.extra: unknown field'],
  ])('that is none says why: %j', (spec, message) => {
    expect(problem(cluster(spec))).toEqual(message);
  });
});

it('only kinds that are known are served', () => {
  expect(servedGeneratorKinds.filter((kind) => !knownGeneratorKinds.includes(kind))).toEqual([]);
});
