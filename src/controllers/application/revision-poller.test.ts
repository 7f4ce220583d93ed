import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { createRevisionPoller } from './revision-poller.ts';

function setUp() {
  const clock = createFakeClock();
  let gate = Promise.withResolvers<void>();
  gate.resolve();
  const git = { answers: new Map([['main', 'a'], ['dev', 'x']]), error: undefined as Error | undefined, hold: () => void (gate = Promise.withResolvers()), release: () => gate.resolve() };
  const asked: string[] = [];
  const sinces: (number | undefined)[] = [];
  const changed: string[] = [];
  const stop = new AbortController();
  const poller = createRevisionPoller({
    poll: async ({ targetRevision: revision }, since) => {
      asked.push(revision);
      sinces.push(since);
      const answer = git.answers.get(revision) ?? '';
      await gate.promise;
      if (git.error !== undefined) throw git.error;
      return answer;
    },
    interval: 60_000,
    clock,
    random: () => 0.5,
    signal: stop.signal,
    onChange: (application) => changed.push(application),
  });
  return { clock, git, asked, sinces, changed, poller, stop };
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

  it('looks at all revisions of a repository together, whatever its URL is written like', async () => {
    const { poller, asked, sinces, clock } = setUp();
    await poller.current('one', { repoURL: 'https://git.example/a', targetRevision: 'main' });
    await clock.advance(20_000);
    await poller.current('two', { repoURL: 'git@git.example:a.git', targetRevision: 'dev' });
    await clock.advance(40_000);

    expect(asked).toEqual(['main', 'dev', 'main', 'dev']);
    // one moment: whoever answers can answer both with one question
    expect(sinces).toEqual([undefined, undefined, 60_000, 60_000]);
  });

  it('looks at once at the repository that somebody tells of, and wakes who follows what has moved there', async () => {
    const { poller, git, asked, changed, clock } = setUp();
    await poller.current('one', main);
    await poller.current('two', { ...main, targetRevision: 'dev' });
    await poller.current('other', { ...main, repoURL: 'elsewhere' });
    git.answers.set('main', 'b');

    expect(poller.refresh((url) => url === 'r')).toBe(1);
    await clock.settle();

    expect(asked.slice(3)).toEqual(['main', 'dev']);
    expect(changed).toEqual(['one']);
  });

  it('looks once more, and once only, when it is told of a push while it looks', async () => {
    const { poller, git, changed, asked, clock } = setUp();
    await poller.current('one', main);
    git.hold();
    poller.refresh(() => true);
    await clock.settle();

    git.answers.set('main', 'b');
    for (let told = 0; told < 100; told += 1) poller.refresh(() => true);
    git.release();
    await clock.settle();

    expect(asked).toEqual(['main', 'main', 'main']);
    expect(changed).toEqual(['one']);
    expect(await poller.current('one', main)).toEqual({ revision: 'b' });
  });

  it('does not take an answer for news that was asked for before the push', async () => {
    const { poller, sinces, clock } = setUp();
    await poller.current('one', main);
    await clock.advance(5_000);
    poller.refresh(() => true);
    await clock.settle();

    expect(sinces).toEqual([undefined, 5_000]);
  });

  it('takes no answer for the one that somebody wants now which was asked for before', async () => {
    const { poller, git, sinces, clock } = setUp();
    git.hold();
    const first = poller.current('one', main);
    await clock.advance(1_000);
    const now = poller.current('one', main, { now: true });
    git.answers.set('main', 'b');
    git.release();

    expect([await first, await now]).toEqual([{ revision: 'a' }, { revision: 'b' }]);
    expect(sinces).toEqual([undefined, 1_000]);
  });

  it('stops to ask for sources that an Application has no more', async () => {
    const { poller, asked, clock } = setUp();
    const dev = { ...main, targetRevision: 'dev' };
    await poller.current('ns/one', main);
    await poller.current('ns/one 1', dev);
    await poller.current('ns/one-more 1', { ...main, targetRevision: 'other' });

    poller.releaseOthers('ns/one', ['ns/one']);
    await clock.advance(60_000);

    expect(asked.slice(3).toSorted()).toEqual(['main', 'other']);
    poller.release('ns/one');
    poller.release('ns/one-more');
    expect(clock.pending()).toBe(0);
  });

  it('has nothing to look at for a push to a repository that nobody follows', () => {
    expect(setUp().poller.refresh(() => true)).toBe(0);
  });
});
