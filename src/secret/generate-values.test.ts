import { expect, test } from 'vitest';
import { externalSecret } from '../../test/support/external-secret.ts';
import { SecretBytes } from '../lib/secret-bytes.ts';
import type { GeneratorHandle, GeneratorRunner } from '../provider/generator-runner.ts';
import { ProviderError } from '../provider/provider-error.ts';
import { generateValues, takeBack } from './generate-values.ts';

const { spec } = externalSecret({
  spec: {
    data: [],
    dataFrom: [
      { sourceRef: { generatorRef: { kind: 'Password', name: 'one' } } },
      { extract: { key: 'x' } },
      { sourceRef: { generatorRef: { kind: 'Grafana', name: 'two' } } },
      { sourceRef: { generatorRef: { kind: 'Password', name: 'one' } } },
    ],
  },
});

const handle = (kind: string, name: string): GeneratorHandle => ({ label: `${kind} devnet/${name}`, kind, spec: {}, namespace: 'devnet' });
const handles = new Map([['Password one', handle('Password', 'one')], ['Grafana two', handle('Grafana', 'two')]]);

function scriptedRunner(generate: GeneratorRunner['generate']): { readonly runner: GeneratorRunner; readonly takenBack: unknown[] } {
  const takenBack: unknown[] = [];
  const cleanup: GeneratorRunner['cleanup'] = ({ label }, state) => {
    takenBack.push([label, state]);
    return Promise.resolve();
  };
  return { runner: { generate, cleanup, credentials: () => [], isStateful: (kind) => kind === 'Grafana' }, takenBack };
}

test('each entry is one run of its generator, and what must be taken back some day is told', async () => {
  let runs = 0;
  const { runner } = scriptedRunner(async ({ kind }) => {
    runs += 1;
    return { values: new Map([['password', SecretBytes.fromUtf8(`p${runs}`)]]), ...(kind === 'Grafana' ? { state: { id: 7 } } : {}) };
  });
  const { entries, generated } = await generateValues(runner, handles, spec, new AbortController().signal);

  expect([...entries.keys()]).toEqual([0, 2, 3]);
  expect([...entries.values()].map((entry) => entry.ok && entry.value.get('password')?.origin)).toEqual([
    { kind: 'generator', generator: 'Password devnet/one', key: 'password' },
    { kind: 'generator', generator: 'Grafana devnet/two', key: 'password' },
    { kind: 'generator', generator: 'Password devnet/one', key: 'password' },
  ]);
  expect(runs).toBe(3);
  expect(generated).toEqual([{ index: 2, handle: handle('Grafana', 'two'), state: { id: 7 } }]);
});

test('what a generator fails with is the problem of its entry', async () => {
  const { runner, takenBack } = scriptedRunner(async ({ kind, label }) => {
    if (kind === 'Password') throw new ProviderError('throttled', `${label}: slow down`, { retryAfter: 5_000 });
    return { values: new Map(), state: 1 };
  });
  const { entries, generated } = await generateValues(runner, handles, spec, new AbortController().signal);

  expect(entries.get(0)).toEqual({ ok: false, problem: { kind: 'throttled', message: 'Password devnet/one: slow down (throttled)', retryAfter: 5_000 } });
  expect(entries.get(2)).toEqual({ ok: true, value: new Map() });
  expect(generated).toHaveLength(1);
  expect(takenBack).toEqual([]);
});

test('what was generated before the end is taken back', async () => {
  const reason = new DOMException('stopped', 'AbortError');
  const { runner, takenBack } = scriptedRunner(async ({ kind }) => {
    if (kind === 'Password') throw reason;
    return { values: new Map(), state: 'token-1' };
  });

  await expect(generateValues(runner, handles, spec, AbortSignal.abort(reason))).rejects.toBe(reason);
  expect(takenBack).toEqual([['Grafana devnet/two', 'token-1']]);
});

test('what cannot be taken back keeps nothing else from being taken back', async () => {
  const { runner, takenBack } = scriptedRunner(() => Promise.reject(new Error('not asked')));
  const cleanup: GeneratorRunner['cleanup'] = (generator, state, signal) => (state === 'bad' ? Promise.reject(new ProviderError('denied', 'no')) : runner.cleanup(generator, state, signal));

  await takeBack({ ...runner, cleanup }, ['bad', 'good'].map((state, index) => ({ index, handle: handle('Grafana', 'two'), state })));
  expect(takenBack).toEqual([['Grafana devnet/two', 'good']]);
});
