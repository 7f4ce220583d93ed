import type { Metrics } from '../lib/metrics.ts';
import { TenantTurns } from '../lib/tenant-turns.ts';
import type { CredentialSelector, ProviderContext } from './contract.ts';
import { withDeadline } from './deadline.ts';
import type { Generated } from './generator.ts';
import { generatorContext, type GeneratorSurroundings } from './generator-context.ts';
import type { ConfiguredGenerator, GeneratorRegistry } from './generator-registry.ts';
import type { GeneratorHandle, GeneratorRunner } from './generator-runner.ts';
import { asProviderError, ProviderError } from './provider-error.ts';
import type { NamedCredential } from './store-reader.ts';

/** The bounds of all generating. */
export interface GeneratorLimits {
  /** Milliseconds that one run, or taking back what one gave, may take. */
  readonly deadline: number;
  /** How many run at once that ask somebody, and as many of those that ask nobody: a key of 8192 bits keeps a processor busy for seconds. */
  readonly concurrency: number;
  /** How many of these may be for one namespace: what it asks may never answer. */
  readonly ofNamespace: number;
  /** The most that one run may give, keys and values, in bytes: a Kubernetes Secret holds no more. */
  readonly largest: number;
}

export const defaultGeneratorLimits: GeneratorLimits = { deadline: 30_000, concurrency: 16, ofNamespace: 4, largest: 1024 * 1024 };

export interface GeneratorRunnerOptions extends GeneratorSurroundings {
  readonly registry: GeneratorRegistry;
  readonly metrics: Pick<Metrics, 'providerCalled'>;
  readonly limits?: GeneratorLimits;
}

/** Makes the one place where generators run: parsed, bounded in time, number and size, counted, and confined to the consumer's namespace. Namespaces take turns. */
export function createGeneratorRunner(options: GeneratorRunnerOptions): GeneratorRunner {
  const { registry, limits = defaultGeneratorLimits } = options;
  const bounds = { ofTenant: limits.ofNamespace, inAll: limits.concurrency };
  const turns = { local: new TenantTurns(bounds), remote: new TenantTurns(bounds) };
  const run = <T>(handle: GeneratorHandle, act: Act<T>, signal: AbortSignal): Promise<T> => {
    const row = registry.isLocal(handle.kind) ? turns.local : turns.remote;
    return row.run(handle.namespace, () => runOnce({ ...options, limits }, handle, act, signal), signal);
  };
  return {
    isStateful: registry.isStateful,
    credentials: ({ kind, spec, namespace }) => {
      const parsed = registry.parse(kind, spec);
      return parsed.ok ? parsed.value.credentials.map((selector) => ({ kind: namedKind(selector), namespace, name: selector.name })) : [];
    },
    generate: (handle, signal) => run(handle, generate, signal),
    cleanup: (handle, state, signal) => run(handle, async ({ generator, context }, within) => generator.cleanup?.(state, context(within), within), signal),
  };
}

function namedKind({ kind = 'Secret' }: CredentialSelector): NamedCredential['kind'] {
  return kind === 'WholeSecret' ? 'Secret' : kind;
}

type Bounded = GeneratorRunnerOptions & { readonly limits: GeneratorLimits };

/** A generator that is about to run. */
interface Run {
  readonly generator: ConfiguredGenerator;
  readonly context: (signal: AbortSignal) => ProviderContext;
  readonly options: Bounded;
}

type Act<T> = (run: Run, signal: AbortSignal) => Promise<T>;

async function runOnce<T>(options: Bounded, handle: GeneratorHandle, act: Act<T>, signal: AbortSignal): Promise<T> {
  const { registry, clock, metrics, limits } = options;
  signal.throwIfAborted();
  const startedAt = clock.monotonic();
  const count = (outcome: string): void => metrics.providerCalled({ provider: handle.kind, outcome, refs: 1, seconds: (clock.monotonic() - startedAt) / 1000 });
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const generator = registry.configure(handle.kind, handle.spec);
    const consumer = { namespace: handle.namespace, environment: generator.environment };
    const run: Run = { generator, context: (within) => generatorContext(options, consumer, within), options };
    const result = await withDeadline((within) => act(run, within), { clock, deadline: limits.deadline, what: 'the generator', controller });
    count('ok');
    return result;
  } catch (error) {
    if (signal.aborted) {
      count('aborted');
      throw signal.reason;
    }
    const { kind, message, retryAfter } = asProviderError(error, 'the generator');
    count(kind);
    throw new ProviderError(kind, `${handle.label}: ${message}`, { ...(retryAfter === undefined ? {} : { retryAfter }), cause: error });
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** What comes too late, or is too large, nobody gets: it is taken back, as far as that goes. */
async function generate(run: Run, signal: AbortSignal): Promise<Generated> {
  const { largest } = run.options.limits;
  const generated = await run.generator.generate(run.context(signal), signal);
  const size = sizeOf(generated);
  if (!signal.aborted && size <= largest) return generated;
  await takeBack(run, generated);
  signal.throwIfAborted();
  throw new ProviderError('invalid', `it gives ${size} bytes; a Kubernetes Secret holds at most ${largest / 1024 / 1024} MiB`);
}

async function takeBack({ generator, context, options: { clock, limits } }: Run, { state }: Generated): Promise<void> {
  const { cleanup } = generator;
  if (cleanup === undefined || state === undefined) return;
  // the run's own time may be over: this has its own. Nobody waits for it who could be told of a failure
  const bounds = { clock, deadline: limits.deadline, what: 'the generator', controller: new AbortController() };
  await withDeadline((within) => cleanup(state, context(within), within), bounds).catch(() => {});
}

function sizeOf({ values }: Generated): number {
  let size = 0;
  for (const [key, value] of values) size += Buffer.byteLength(key) + value.size;
  return size;
}
