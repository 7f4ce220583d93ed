import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GeneratorStage } from '../support/generator-stage.ts';
import type { Mood } from '../support/moody-server.ts';
import { unquotable } from '../support/moody-server.ts';

/** A generator with a service behind it that a test can break. */
export interface RemoteGeneratorBench {
  readonly stage: GeneratorStage;
  /** With credentials that work. */
  readonly spec: unknown;
  /** Specs that name something of the namespace `stranger`, one for each selector. */
  readonly foreign: Readonly<Record<string, unknown>>;
  readonly behave: (mood: Mood) => void;
  readonly requests: () => number;
  readonly close: () => Promise<void>;
}

/** What every generator does that asks a service. */
export function remoteGeneratorContract(kind: string, open: () => Promise<RemoteGeneratorBench>): void {
  describe(`${kind}, as every generator`, () => {
    let bench: RemoteGeneratorBench;

    beforeEach(async () => {
      bench = await open();
    });

    afterEach(async () => {
      await bench.stage.close();
      await bench.close();
    });

    async function failureIn(mood: Mood): Promise<string> {
      bench.behave(mood);
      const failure = await bench.stage.failure(bench.spec);
      expect(failure).not.toContain(unquotable);
      return failure;
    }

    it('gives values where all is well', async () => {
      expect(Object.keys(await bench.stage.run(bench.spec)).length).toBeGreaterThan(0);
      expect(bench.requests()).toBeGreaterThan(0);
    });

    it('tells refused credentials from an outage', async () => {
      expect(await failureIn('refusing')).toMatch(/^denied: /);
      expect(await failureIn('down')).toMatch(/^unavailable: /);
      expect(await failureIn('garbled')).toMatch(/^unavailable: /);
    });

    it('passes on for how long it is asked to wait', async () => {
      expect(await failureIn('throttling')).toMatch(/^throttled: .*\(retry after 7000 ms\)$/);
    });

    it('follows no redirect', async () => {
      const before = bench.requests();

      expect(await failureIn('redirecting')).toMatch(/^(invalid|unavailable): /);
      expect(bench.requests()).toBe(before + 1);
    });

    it('is unavailable where nobody listens', async () => {
      await bench.close();

      expect(await bench.stage.failure(bench.spec)).toMatch(/^unavailable: /);
    });

    it('ends at once with its signal', async () => {
      bench.behave('hanging');
      const controller = new AbortController();
      setTimeout(() => controller.abort(new Error('no longer wanted')), 30);
      const startedAt = performance.now();

      await expect(bench.stage.run(bench.spec, controller.signal)).rejects.toThrow('no longer wanted');
      expect(performance.now() - startedAt).toBeLessThan(2_000);
    });

    it('takes nothing from another namespace', async () => {
      for (const [selector, spec] of Object.entries(bench.foreign)) {
        expect(await bench.stage.failure(spec), selector).toMatch(/^invalid: .*(of namespace "stranger"; a generator may use what is in the namespace of its consumer|namespace: unknown field)/);
      }
      expect(bench.requests()).toBe(0);
    });
  });
}
