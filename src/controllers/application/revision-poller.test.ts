import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { createRevisionPoller } from './revision-poller.ts';

function setUp() {
  const clock = createFakeClock();
  const git = { answers: new Map([['main', 'a'], ['dev', 'x']]), error: undefined as Error | undefined };
  const asked: string[] = [];
  const changed: string[] = [];
  const stop = new AbortController();
  const poller = createRevisionPoller({
    poll: async (_url, revision) => {
      asked.push(revision);
      if (git.error !== undefined) throw git.error;
      return git.answers.get(revision) ?? '';
    },
    interval: 60_000,
    clock,
    random: () => 0.5,
    signal: stop.signal,
    onChange: (application) => changed.push(application),
  });
  return { clock, git, asked, changed, poller, stop };
}

const main = { repoURL: 'r', targetRevision: 'main' };

describe('createRevisionPoller', () => {
  it('asks once for all who follow the same revision', async () => {
    const { poller, asked, clock } = setUp();

    const answers = await Promise.all(['one', 'two', 'three'].map((application) => poller.current(application, main)));
    await clock.advance(60_000);

    expect(answers).toEqual([{ revision: 'a' }, { revision: 'a' }, { revision: 'a' }]);
    expect(asked).toEqual(['main', 'main']);
  });

  it('wakes who follows when the revision moves, and nobody when it does not', async () => {
    const { poller, git, changed, clock } = setUp();
    await poller.current('one', main);
    await poller.current('other', { ...main, targetRevision: 'dev' });
    await clock.advance(60_000);
    expect(changed).toEqual([]);

    git.answers.set('main', 'b');
    await clock.advance(60_000);

    expect(changed).toEqual(['one']);
    expect(await poller.current('one', main)).toEqual({ revision: 'b' });
  });

  it('keeps the last good answer while Git is away, and says so once', async () => {
    const { poller, git, changed, clock } = setUp();
    await poller.current('one', main);

    git.error = new Error('away');
    await clock.advance(180_000);
    expect(await poller.current('one', main)).toEqual({ revision: 'a', error: git.error });
    expect(changed).toEqual(['one']);

    git.error = undefined;
    await clock.advance(60_000);
    expect(await poller.current('one', main)).toEqual({ revision: 'a' });
    expect(changed).toEqual(['one', 'one']);
  });

  it('asks at once when told to', async () => {
    const { poller, asked } = setUp();
    await poller.current('one', main);
    await poller.current('one', main);
    await poller.current('one', main, { now: true });

    expect(asked).toEqual(['main', 'main']);
  });

  it('follows another revision when the Application does, and stops when nobody follows', async () => {
    const { poller, asked, clock } = setUp();
    await poller.current('one', main);
    await poller.current('one', { ...main, targetRevision: 'dev' });
    await clock.advance(60_000);
    expect(asked).toEqual(['main', 'dev', 'dev']);

    poller.release('one');
    await clock.advance(600_000);
    expect(asked).toHaveLength(3);
    expect(clock.pending()).toBe(0);
  });

  it('ends with its signal', async () => {
    const { poller, stop, asked, clock } = setUp();
    await poller.current('one', main);
    stop.abort(new Error('stopped'));
    await clock.advance(120_000);

    expect(asked.length).toBeLessThanOrEqual(2);
    expect(clock.pending()).toBe(0);
  });
});
