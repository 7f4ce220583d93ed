import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { SecretBytes } from '../../lib/secret-bytes.ts';
import type { RenderJob, RenderProblem, RenderRequest } from '../renderer.ts';
import { LimitMemory } from './limit-memory.ts';

const problem: RenderProblem = { kind: 'limit', message: 'it takes more than 5 steps' };
const problems = new Map([[0, problem]]);

function request(change: Partial<RenderJob> = {}, tenant = 'ns'): RenderRequest {
  const job = { name: 't', template: SecretBytes.fromUtf8('{{ . }}'), data: new Map([['key', SecretBytes.fromUtf8('value')]]) };
  return { tenant, jobs: [{ ...job, ...change }] };
}

describe('the memory of requests that went beyond a limit', () => {
  it('answers the same request for thirty seconds, then twice as long each time, to ten minutes', async () => {
    const clock = createFakeClock();
    const memory = new LimitMemory({ clock });

    for (const seconds of [30, 60, 120, 240, 480, 600, 600]) {
      expect(memory.find(request())).toBeUndefined();
      memory.note(request(), problems);
      await clock.advance(seconds * 1000 - 1);
      expect(memory.find(request()), `${seconds}`).toBe(problems);
      await clock.advance(1);
    }
    expect(clock.pending()).toBe(0);
  });

  it('starts over once the request went well', async () => {
    const clock = createFakeClock();
    const memory = new LimitMemory({ clock });
    memory.note(request(), problems);
    await clock.advance(30_000);
    memory.note(request(), new Map());
    memory.note(request(), problems);

    await clock.advance(30_000);

    expect(memory.find(request())).toBeUndefined();
  });

  it('tells requests apart by all that they are', () => {
    const memory = new LimitMemory({ clock: createFakeClock() });
    memory.note(request(), problems);

    const others = [
      request({}, 'other'),
      request({ name: 'u' }),
      request({ template: SecretBytes.fromUtf8('{{ .}}') }),
      request({ isConfidential: true }),
      request({ output: 'stringMap' }),
      request({ shape: 'grouped' }),
      request({ data: new Map() }),
      request({ data: new Map([['key', SecretBytes.fromUtf8('other')]]) }),
      request({ data: new Map([['keyv', SecretBytes.fromUtf8('alue')]]) }),
      { tenant: 'ns', jobs: [...request().jobs, ...request().jobs] },
    ];
    expect(others.filter((other) => memory.find(other) !== undefined)).toEqual([]);
    expect(memory.find(request({ isConfidential: false }))).toBe(problems);
  });

  it('is bounded by the jobs it remembers', () => {
    const memory = new LimitMemory({ clock: createFakeClock(), size: 3 });
    const names = ['a', 'b', 'c', 'd'];
    for (const name of names) memory.note(request({ name }), problems);

    expect(names.map((name) => memory.find(request({ name })) !== undefined)).toEqual([false, true, true, true]);
  });
});
