import { SecretBytes } from '../../lib/secret-bytes.ts';
import type { RenderJob, RenderProblem, RenderRequest, RenderResult } from '../renderer.ts';
import type { LimitProblems } from './limit-memory.ts';
import type { Reply } from './packed-request.ts';
import { unpackValues } from './packed-values.ts';

/** What a thread says about a job. */
type Answer = Extract<Reply, { readonly kind: 'text' | 'stringMap' | 'problem' }>;

/** A request between its arrival and its results. */
export class PendingRender {
  readonly request: RenderRequest;
  readonly results: Promise<readonly RenderResult[]>;
  readonly #settlers = Promise.withResolvers<readonly RenderResult[]>();
  readonly #known: LimitProblems;
  readonly #results: (RenderResult | undefined)[];
  /** Positions of the jobs that a thread has yet to answer, in order. */
  readonly #open: number[];

  /** @param known problems that need not be found out again */
  constructor(request: RenderRequest, known: LimitProblems = new Map()) {
    this.request = request;
    this.results = this.#settlers.promise;
    this.#known = known;
    this.#results = request.jobs.map((_, index) => asResult(known.get(index)));
    this.#open = request.jobs.flatMap((_, index) => (known.has(index) ? [] : [index]));
  }

  get isComplete(): boolean {
    return this.#open.length === 0;
  }

  /** The jobs that are left to do. */
  jobs(): readonly RenderJob[] {
    return this.#open.flatMap((index) => this.request.jobs[index] ?? []);
  }

  /** Takes the answer to the next job. */
  answer(reply: Answer): void {
    const index = this.#open.shift();
    if (index === undefined) throw new Error('a thread answered more than it was asked');
    this.#results[index] = resultOf(reply);
  }

  /** Gives all that is left one problem, which is not its own fault. */
  refuse(message: string): void {
    for (const index of this.#open.splice(0)) this.#results[index] = asResult({ kind: 'limit', message });
  }

  /** Gives the job that was being rendered a problem, and those behind it another. */
  breakOff(reason: string): void {
    for (const [at, index] of this.#open.splice(0).entries()) {
      const name = this.request.jobs[index]?.name ?? '';
      const message = at === 0 ? reason : 'it was not rendered, because of a template before it that went beyond a limit';
      this.#results[index] = asResult({ kind: 'limit', message: `template: ${name}: ${message}` });
    }
  }

  /** The problems of limits, for whoever remembers them; undefined where there is nothing new to it. */
  limitProblems(): LimitProblems | undefined {
    const problems = this.#results.flatMap((result, index) => (result?.ok === false && result.problem.kind === 'limit' ? [[index, result.problem] as const] : []));
    return this.#known.size > 0 && problems.length === this.#known.size ? undefined : new Map(problems);
  }

  /** Hands out the results, of which none may be missing. */
  settle(): void {
    const results = this.#results.filter((result) => result !== undefined);
    if (results.length !== this.#results.length) throw new Error('a job of a request has no result');
    this.#settlers.resolve(results);
  }

  reject(reason: unknown): void {
    this.#settlers.reject(reason);
  }
}

function resultOf(answer: Answer): RenderResult {
  if (answer.kind === 'problem') return asResult(answer.problem);
  return answer.kind === 'text' ? { ok: true, kind: 'text', output: new SecretBytes(answer.output) } : { ok: true, kind: 'stringMap', values: unpackValues(answer) };
}

function asResult(problem: RenderProblem): RenderResult;
function asResult(problem: RenderProblem | undefined): RenderResult | undefined;
function asResult(problem: RenderProblem | undefined): RenderResult | undefined {
  return problem === undefined ? undefined : { ok: false, problem };
}
