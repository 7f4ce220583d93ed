import type { ExternalSecretSpec } from '../api/external-secret-spec.ts';
import { ProviderError } from '../provider/provider-error.ts';
import type { GeneratorHandle, GeneratorRunner } from '../provider/generator-runner.ts';
import type { Extracted } from './extract-keys.ts';
import { generatorId } from './references.ts';

/** What one run of a generator left behind: something that must be taken back some day. */
export interface GeneratedState {
  /** Of the entry of `dataFrom`. */
  readonly index: number;
  readonly handle: GeneratorHandle;
  /** What taking it back needs; never a value. */
  readonly state: unknown;
}

export interface GeneratedValues {
  /** What the entries that generate have given, by their index. */
  readonly entries: ReadonlyMap<number, Extracted>;
  readonly generated: readonly GeneratedState[];
}

/**
 * Runs the generators of an ExternalSecret, each entry's once, all at the same time.
 * @param handles by `generatorId`
 * @throws the signal's reason only, after what was generated has been taken back; what a generator fails with is its entry's problem
 */
export async function generateValues(runner: GeneratorRunner, handles: ReadonlyMap<string, GeneratorHandle>, { dataFrom }: ExternalSecretSpec, signal: AbortSignal): Promise<GeneratedValues> {
  const wanted = dataFrom.flatMap((entry, index) => {
    const handle = entry.kind === 'generator' ? handles.get(generatorId(entry.generator)) : undefined;
    return handle === undefined ? [] : [{ index, handle }];
  });
  const runs = await Promise.allSettled(wanted.map(({ index, handle }) => generateOne(runner, index, handle, signal)));
  const done = runs.flatMap((run) => (run.status === 'fulfilled' ? [run.value] : []));
  const generated = done.flatMap(({ left }) => left ?? []);
  const broken = runs.find((run) => run.status === 'rejected');
  if (broken !== undefined) {
    await takeBack(runner, generated);
    throw broken.reason;
  }
  return { entries: new Map(done.map(({ index, extracted }) => [index, extracted])), generated };
}

interface Run {
  readonly index: number;
  readonly extracted: Extracted;
  readonly left?: GeneratedState;
}

async function generateOne(runner: GeneratorRunner, index: number, handle: GeneratorHandle, signal: AbortSignal): Promise<Run> {
  try {
    const { values, state } = await runner.generate(handle, signal);
    const origins = [...values].map(([key, value]) => [key, { value, origin: { kind: 'generator', generator: handle.label, key } }] as const);
    return { index, extracted: { ok: true, value: new Map(origins) }, ...(state === undefined ? {} : { left: { index, handle, state } }) };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const { kind, message, retryAfter } = error;
    return { index, extracted: { ok: false, problem: { kind, message: `${message} (${kind})`, ...(retryAfter === undefined ? {} : { retryAfter }) } } };
  }
}

/**
 * Takes back what generators gave for a Secret that was not written after all. It takes its own time: whoever had asked may be gone. What
 * fails is left as it is; there is nobody who could be told more than the failure that led here.
 */
export async function takeBack(runner: GeneratorRunner, generated: readonly GeneratedState[]): Promise<void> {
  // the runner bounds it
  const { signal } = new AbortController();
  await Promise.allSettled(generated.map(({ handle, state }) => runner.cleanup(handle, state, signal)));
}
