import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import type { ProviderCall } from '../lib/metrics.ts';
import { SecretBytes } from '../lib/secret-bytes.ts';
import type { ProviderContext } from './contract.ts';
import type { CredentialSource } from './credential-source.ts';
import type { Generated, Generator } from './generator.ts';
import { createGeneratorRegistry, eraseGenerator } from './generator-registry.ts';
import type { GeneratorHandle, GeneratorRunner } from './generator-runner.ts';
import { ProviderError } from './provider-error.ts';
import { createGeneratorRunner, type GeneratorLimits } from './run-generators.ts';

const bytes = (content: string): SecretBytes => SecretBytes.fromUtf8(content);
const text = (value: SecretBytes | undefined): string | undefined => (value === undefined ? undefined : Buffer.from(value.reveal()).toString('utf8'));
const never = new AbortController().signal;

type Script = (context: ProviderContext, signal: AbortSignal) => Promise<Generated>;

const nothing: Generated = { values: new Map() };
/** What the generator of the next run does. */
let script: Script;
let takenBack: unknown[];
let calls: ProviderCall[];
let clock: ReturnType<typeof createFakeClock>;
/** What was asked of the cluster. */
let asked: string[];

const scripted: Generator<{ readonly size?: number | undefined }> = {
  kind: 'Scripted',
  schema: z.strictObject({ size: z.int().optional() }),
  environment: ['REGION', 'ENDPOINT', 'EMPTY'],
  credentials: () => [],
  generate: (_spec, context, signal) => script(context, signal),
  cleanup: (_spec, state, context) => {
    takenBack.push(state);
    return context.secret({ name: 'account', key: 'token' }).then(() => undefined);
  },
};

const plain: Generator<unknown> = { kind: 'Plain', schema: z.unknown(), environment: [], credentials: () => [], isLocal: true, generate: () => Promise.resolve(nothing) };

const credentials: CredentialSource = {
  version: () => undefined,
  configMapVersion: () => undefined,
  read: (namespace, name, key) => ask(`Secret ${namespace}/${name}/${key}`, name === 'account' ? bytes(`${namespace}'s`) : undefined),
  readWhole: (namespace, name) => ask(`Secret ${namespace}/${name}`, name === 'account' ? { labels: {}, data: new Map([['token', bytes(`${namespace}'s`)]]) } : undefined),
  readConfigMap: (namespace, name, key) => ask(`ConfigMap ${namespace}/${name}/${key}`, name === 'account' ? `${namespace}'s` : undefined),
  serviceAccount: (namespace, name) => ask(`ServiceAccount ${namespace}/${name}`, name === 'account' ? { owner: namespace } : undefined),
  token: ({ namespace, name }, { audiences, expirationSeconds }) => ask(`token ${namespace}/${name} ${audiences.join('+')} ${expirationSeconds}`, bytes('token')),
};

function ask<T>(what: string, answer: T): Promise<T> {
  asked.push(what);
  return Promise.resolve(answer);
}

function createRunner(limits: Partial<GeneratorLimits> = {}): GeneratorRunner {
  return createGeneratorRunner({
    registry: createGeneratorRegistry([eraseGenerator(scripted), eraseGenerator(plain)]),
    credentials,
    environment: { REGION: 'eu', EMPTY: '', HOME: '/root' },
    http: () => Promise.reject(new Error('nobody is asked here')),
    renderTemplate: ({ tenant, template, data }) => Promise.resolve(bytes(`${tenant}: ${template} ${[...data.keys()].join()}`)),
    clock,
    random: () => 0.5,
    metrics: { providerCalled: (call) => void calls.push(call) },
    limits: { deadline: 30_000, concurrency: 4, ofNamespace: 4, largest: 1024 * 1024, ...limits },
  });
}

function handle(namespace = 'devnet', spec: unknown = {}): GeneratorHandle {
  return { label: `Scripted ${namespace}/web`, kind: 'Scripted', spec, namespace };
}

/** What `act` makes of a context for a consumer in `devnet`. */
async function within<T>(act: (context: ProviderContext) => Promise<T>): Promise<T> {
  const made: T[] = [];
  script = async (context) => {
    made.push(await act(context));
    return nothing;
  };
  await createRunner().generate(handle(), never);
  const [result] = made;
  if (result === undefined) throw new Error('it gave nothing');
  return result;
}

beforeEach(() => {
  script = () => Promise.resolve(nothing);
  takenBack = [];
  calls = [];
  asked = [];
  clock = createFakeClock();
});

describe('what a generator may have', () => {
  it('is of its consumer’s namespace, whether it says so or not', async () => {
    for (const namespace of [undefined, '', 'devnet']) {
      const place = namespace === undefined ? {} : { namespace };
      expect(text(await within((context) => context.secret({ name: 'account', key: 'token', ...place })))).toBe("devnet's");
      expect(text((await within((context) => context.wholeSecret({ name: 'account', ...place }))).data.get('token'))).toBe("devnet's");
      expect(await within((context) => context.configMap({ name: 'account', key: 'ca', ...place }))).toBe("devnet's");
      expect(await within((context) => context.serviceAccountAnnotations({ name: 'account', ...place }))).toEqual({ owner: 'devnet' });
    }
    expect(asked.every((what) => what.includes(' devnet/account'))).toBe(true);
  });

  it.each<readonly [string, (context: ProviderContext) => Promise<unknown>]>([
    ['Secret', (context) => context.secret({ name: 'account', key: 'token', namespace: 'mainnet' })],
    ['Secret', (context) => context.wholeSecret({ name: 'account', namespace: 'mainnet' })],
    ['ConfigMap', (context) => context.configMap({ name: 'account', key: 'ca', namespace: 'mainnet' })],
    ['ServiceAccount', (context) => context.serviceAccountAnnotations({ name: 'account', namespace: 'mainnet' })],
    ['ServiceAccount', (context) => context.serviceAccountToken({ name: 'account', namespace: 'mainnet' }, { audiences: [], expirationSeconds: 600 })],
  ])('is never a %s of another namespace, and nobody is asked for it', async (kind, act) => {
    await expect(within(act)).rejects.toMatchObject({
      kind: 'invalid',
      message: `Scripted devnet/web: it names ${kind} "account" of namespace "mainnet"; a generator may use what is in the namespace of its consumer ("devnet") only`,
    });
    expect(asked).toEqual([]);
  });

  it.each<readonly [string, (context: ProviderContext) => Promise<unknown>]>([
    ['key "token" of Secret devnet/gone', (context) => context.secret({ name: 'gone', key: 'token' })],
    ['Secret devnet/gone', (context) => context.wholeSecret({ name: 'gone' })],
    ['key "ca" of ConfigMap devnet/gone', (context) => context.configMap({ name: 'gone', key: 'ca' })],
    ['ServiceAccount devnet/gone', (context) => context.serviceAccountAnnotations({ name: 'gone' })],
  ])('is told where %s is missing', async (what, act) => {
    await expect(within(act)).rejects.toMatchObject({ kind: 'invalid', message: `Scripted devnet/web: it needs ${what}, which does not exist` });
  });

  it('is a token for its audiences and those of the selector, each once', async () => {
    await within((context) => context.serviceAccountToken({ name: 'account', audiences: ['vault', 'sts'] }, { audiences: ['sts'], expirationSeconds: 600 }));

    expect(asked).toEqual(['token devnet/account sts+vault 600']);
  });

  it('is what it declares of the environment, where that is set', async () => {
    expect([...(await within(({ environment }) => Promise.resolve(environment)))]).toEqual([['REGION', 'eu']]);
  });

  it('is templates, rendered in the turn of its consumer', async () => {
    expect(text(await within((context) => context.renderTemplate('{{ .a }}', new Map([['a', new Map()]]))))).toBe('devnet: {{ .a }} a');
  });
});

describe('a run', () => {
  it('gives what the generator gives, and is counted by kind', async () => {
    script = () => Promise.resolve({ values: new Map([['token', bytes('t')]]), state: { id: 1 } });

    const { values, state } = await createRunner().generate(handle(), never);

    expect([text(values.get('token')), state]).toEqual(['t', { id: 1 }]);
    expect(calls).toEqual([{ provider: 'Scripted', outcome: 'ok', refs: 1, seconds: 0 }]);
  });

  it.each([
    [handle('devnet', { size: 'large' }), 'invalid', 'Scripted devnet/web: spec.size: must be number, received string'],
    [{ ...handle(), label: 'Grafana devnet/web', kind: 'Grafana' }, 'unsupported', 'Grafana devnet/web: the kind of generator is not known; this version of Prelude knows Scripted, Plain'],
  ])('does not start where the spec does not say what to do', async (generator, kind, message) => {
    await expect(createRunner().generate(generator, never)).rejects.toMatchObject({ name: 'ProviderError', kind, message });
    expect(calls).toMatchObject([{ outcome: kind }]);
  });

  it('that is refused says so, with how long to wait', async () => {
    script = () => Promise.reject(new ProviderError('throttled', 'the service asks to slow down', { retryAfter: 7000 }));

    await expect(createRunner().generate(handle(), never)).rejects.toMatchObject({ kind: 'throttled', retryAfter: 7000, message: 'Scripted devnet/web: the service asks to slow down' });
  });

  it('that fails otherwise tells the kind of error only: its message may hold anything', async () => {
    script = () => Promise.reject(new TypeError('cannot use hunter2'));

    const error = await createRunner().generate(handle(), never).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ kind: 'unavailable', message: 'Scripted devnet/web: the generator failed unexpectedly (TypeError)' });
  });

  it('that hangs ends at its deadline, and what it gives afterwards is taken back', async () => {
    const late = Promise.withResolvers<Generated>();
    const signals: AbortSignal[] = [];
    script = (_context, signal) => {
      signals.push(signal);
      return late.promise;
    };

    const run = createRunner().generate(handle(), never).catch((error: unknown) => error);
    await clock.advance(30_000);

    expect(await run).toMatchObject({ kind: 'unavailable', message: 'Scripted devnet/web: the generator did not answer within 30 s' });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    late.resolve({ values: new Map(), state: { id: 'late' } });
    await clock.settle();
    expect(takenBack).toEqual([{ id: 'late' }]);
    expect(clock.pending()).toBe(0);
  });

  it('that gives more than a Secret holds is an error, and is taken back', async () => {
    script = () => Promise.resolve({ values: new Map([['key', bytes('x'.repeat(1022))]]), state: { id: 'large' } });

    await expect(createRunner({ largest: 1024 }).generate(handle(), never)).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining('it gives 1025 bytes') });
    expect(takenBack).toEqual([{ id: 'large' }]);
  });

  it('ends with the reason of whoever asked for it', async () => {
    const stop = new AbortController();
    script = () => new Promise(() => {});

    const run = createRunner().generate(handle(), stop.signal);
    await clock.settle();
    stop.abort(new Error('shut down'));

    await expect(run).rejects.toThrow(new Error('shut down'));
    expect(calls).toMatchObject([{ outcome: 'aborted' }]);
    await expect(createRunner().generate(handle(), stop.signal)).rejects.toThrow(new Error('shut down'));
    expect(clock.pending()).toBe(0);
  });

  it('waits its turn where many run, and its time begins with the turn', async () => {
    const first = Promise.withResolvers<Generated>();
    const runner = createRunner({ concurrency: 1 });
    script = () => first.promise;
    const running = runner.generate(handle(), never);
    await clock.settle();
    script = () => Promise.resolve({ values: new Map([['turn', bytes('second')]]) });
    const waiting = runner.generate(handle(), never);

    await clock.advance(29_000);
    first.resolve(nothing);

    expect((await running).values.size).toBe(0);
    await clock.advance(2_000);
    expect(text((await waiting).values.get('turn'))).toBe('second');
  });
});

describe('namespaces', () => {
  it('take turns, so that one whose generators hang stops nobody else', async () => {
    const runner = createRunner({ concurrency: 4, ofNamespace: 2 });
    script = () => new Promise(() => {});
    const hanging = Array.from({ length: 10 }, () => runner.generate(handle('hostile'), never).catch((error: unknown) => error));
    await clock.settle();
    script = () => Promise.resolve(nothing);

    expect(await runner.generate(handle('devnet'), never)).toBe(nothing);
    await clock.advance(30_000);
    expect(await Promise.all(hanging.slice(0, 2))).toMatchObject([{ kind: 'unavailable' }, { kind: 'unavailable' }]);
    expect(await Promise.all(hanging.slice(2))).toEqual(Array.from({ length: 8 }, () => nothing));
  });

  it('wait for nobody where the generator asks nobody', async () => {
    const runner = createRunner({ concurrency: 1, ofNamespace: 1 });
    const stop = new AbortController();
    script = () => new Promise(() => {});
    const hanging = runner.generate(handle(), stop.signal);

    expect(await runner.generate({ ...handle(), kind: 'Plain' }, never)).toBe(nothing);
    stop.abort(new Error('enough'));
    await expect(hanging).rejects.toThrow('enough');
  });
});

describe('taking back', () => {
  it('is done with what the generator may have, in the same namespace', async () => {
    await createRunner().cleanup(handle('testnet'), { id: 7 }, never);

    expect(takenBack).toEqual([{ id: 7 }]);
    expect(asked).toEqual(['Secret testnet/account/token']);
  });

  it('is nothing for a generator whose values have no life outside', async () => {
    const runner = createRunner();
    await runner.cleanup({ ...handle(), kind: 'Plain' }, { id: 7 }, never);

    expect(takenBack).toEqual([]);
    expect([runner.isStateful('Scripted'), runner.isStateful('Plain'), runner.isStateful('Grafana')]).toEqual([true, false, false]);
  });

  it('says why it could not be done', async () => {
    await expect(createRunner().cleanup({ ...handle(), kind: 'Grafana' }, {}, never)).rejects.toMatchObject({ kind: 'unsupported' });
  });
});
