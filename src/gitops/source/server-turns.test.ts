import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { ExecError } from '../../lib/exec-error.ts';
import { createServerTurns, type ServerQuestion } from './server-turns.ts';
import { SourceError } from './source-error.ts';

const { signal } = new AbortController();
const question: ServerQuestion = { server: 'git.example:443', repository: 'https://git.example/a', isShort: true, deadline: 30_000, signal };
const another: ServerQuestion = { ...question, repository: 'https://git.example/b' };
const refused = new SourceError('unavailable', 'Failed to connect to git.example port 443: Connection refused');
const late = new SourceError('unavailable', 'git did not finish in time', { cause: new ExecError('timeout', 'git did not end within 30000 ms') });

function setUp(atOnce?: number) {
  const clock = createFakeClock();
  const turns = createServerTurns(clock, atOnce);
  const asked: string[] = [];
  const run = (about: ServerQuestion, answer: Error | string): Promise<string> =>
    turns.run(about, async () => {
      asked.push(about.repository);
      if (answer instanceof Error) throw answer;
      return answer;
    });
  return { clock, turns, asked, run };
}

describe('the server of a repository', () => {
  it.each([refused, late])('that cannot be reached is let rest with all its repositories, and says the same meanwhile: %s', async (error) => {
    const { clock, asked, run } = setUp();

    await expect(run(question, error)).rejects.toBe(error);
    await expect(run(another, 'answer')).rejects.toThrow(error.message);
    expect(await run({ ...question, server: 'other.example:443', repository: 'https://other.example/a' }, 'answer')).toBe('answer');
    await clock.advance(10_000);
    expect(await run(another, 'answer')).toBe('answer');
    expect(asked).toEqual([question.repository, 'https://other.example/a', another.repository]);
  });

  it('that is slow to send one repository is asked for others', async () => {
    const { run } = setUp();

    await expect(run({ ...question, isShort: false }, late)).rejects.toBe(late);
    await expect(run({ ...question, isShort: false }, 'answer')).rejects.toThrow(late.message);
    expect(await run(another, 'answer')).toBe('answer');
  });

  it.each([new SourceError('absent', 'not found'), new SourceError('unavailable', 'The requested URL returned error: 500')])('that has answered is asked again: %s', async (error) => {
    const { run } = setUp();

    await expect(run(question, error)).rejects.toBe(error);
    expect(await run(question, 'answer')).toBe('answer');
  });

  it('is asked in turn, in what is left of the deadline', async () => {
    const { clock, turns } = setUp(1);
    const first = Promise.withResolvers<string>();
    const given: number[] = [];
    const ask = async (left: number): Promise<string> => {
      given.push(left);
      return 'answer';
    };
    const before = turns.run({ ...question, deadline: 120_000 }, () => first.promise);
    const patient = turns.run(question, ask);
    const impatient = expect(turns.run({ ...question, deadline: 5_000 }, ask)).rejects.toThrow('the server was not asked in time');
    await clock.advance(10_000);
    await impatient;
    first.resolve('answer');

    expect([await before, await patient]).toEqual(['answer', 'answer']);
    expect(given).toEqual([20_000]);
    expect(clock.pending()).toBe(0);
  });

  it('is not waited for when the signal aborts', async () => {
    const { turns, clock } = setUp(1);
    const first = Promise.withResolvers<string>();
    const before = turns.run(question, () => first.promise);
    const stop = new AbortController();
    const waiting = expect(turns.run({ ...question, signal: stop.signal }, async () => 'answer')).rejects.toThrow('enough');
    stop.abort(new Error('enough'));
    await waiting;
    first.resolve('answer');

    expect(await before).toBe('answer');
    expect(clock.pending()).toBe(0);
  });

  it('that turns out to be away while others wait for it is not asked by them', async () => {
    const { turns, asked, run } = setUp(1);
    const first = Promise.withResolvers<string>();
    const before = expect(turns.run(question, () => first.promise)).rejects.toBe(refused);
    const waiting = expect(run(another, 'answer')).rejects.toThrow(refused.message);
    first.reject(refused);
    await Promise.all([before, waiting]);

    expect(asked).toEqual([]);
  });
});
