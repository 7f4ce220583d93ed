import { describe, expect, it } from 'vitest';
import { parseApplication } from '../../api/application.ts';
import type { Plan, Problem } from '../../gitops/plan/plan.ts';
import { SourceError } from '../../gitops/source/source-error.ts';
import { createPlanCache } from './plan-cache.ts';
import type { PlanRequest } from './plan-cache.ts';

const { signal } = new AbortController();
const parsed = parseApplication({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'devnet' }, spec: { source: { repoURL: 'r' }, destination: { name: 'in-cluster', namespace: 'devnet' } } });
if (!parsed.ok) throw new Error('the sample does not parse');
const base: PlanRequest = { key: 'argocd/devnet', application: parsed.value, identity: 'i', wanted: 'a', fallback: undefined };
const broken: Problem = { severity: 'error', message: 'is wrong', origin: { file: 'a.yaml', line: 3 } };

function setUp() {
  const commits = new Map<string, readonly Problem[] | Error>([['a', []], ['b', [broken]], ['c', []]]);
  const planned: string[] = [];
  const cache = createPlanCache(async ({ identity }, commit): Promise<Plan> => {
    planned.push(`${identity} ${commit}`);
    const found = commits.get(commit) ?? new SourceError('absent', `no commit ${commit}`);
    if (found instanceof Error) throw found;
    return { application: { namespace: 'argocd', name: 'devnet' }, revision: commit, namespace: 'devnet', phases: [], needs: [], problems: found };
  });
  return { cache, planned, commits };
}

describe('createPlanCache', () => {
  it('plans a commit once', async () => {
    const { cache, planned } = setUp();
    await cache.get(base, signal);
    const answer = await cache.get(base, signal);

    expect(answer.good?.revision).toBe('a');
    expect(planned).toEqual(['i a']);
  });

  it('plans anew when the Application changes', async () => {
    const { cache, planned } = setUp();
    await cache.get(base, signal);
    await cache.get({ ...base, identity: 'j' }, signal);

    expect(planned).toEqual(['i a', 'j a']);
  });

  it('plans a commit anew once its charts would be told something else of the cluster, and serves the old plan until then', async () => {
    const { cache, planned, commits } = setUp();
    await cache.get(base, signal);
    commits.set('a', new SourceError('unavailable', 'the cluster does not answer'));
    cache.outdate(base.key);
    expect(await cache.get(base, signal)).toMatchObject({ good: { revision: 'a' }, error: { kind: 'unavailable' } });

    commits.set('a', []);
    expect(await cache.get(base, signal)).toMatchObject({ good: { revision: 'a' } });
    await cache.get(base, signal);
    expect(planned).toEqual(['i a', 'i a', 'i a']);
  });

  it('looks again at what was refused for what its charts were told', async () => {
    const { cache, commits } = setUp();
    await cache.get({ ...base, wanted: 'b' }, signal);
    commits.set('b', []);
    cache.outdate(base.key);

    expect((await cache.get({ ...base, wanted: 'b' }, signal)).good?.revision).toBe('b');
  });

  it('answers a refused commit with the last good one, and does not plan it again', async () => {
    const { cache, planned } = setUp();
    await cache.get(base, signal);
    await cache.get({ ...base, wanted: 'b' }, signal);
    const answer = await cache.get({ ...base, wanted: 'b' }, signal);

    expect(answer).toMatchObject({ good: { revision: 'a' }, error: { kind: 'refused', message: 'revision b is refused: a.yaml:3: is wrong' } });
    expect(planned).toEqual(['i a', 'i b']);
  });

  it('looks again at what was refused once the neighbours declare something else', async () => {
    const { cache, commits } = setUp();
    await cache.get({ ...base, wanted: 'b' }, signal);
    commits.set('b', []);

    expect(cache.reconsider()).toEqual([base.key]);
    expect(await cache.get({ ...base, wanted: 'b' }, signal)).toMatchObject({ good: { revision: 'b' } });
    expect(cache.reconsider()).toEqual([]);
  });

  it('tries a source again that could not be read', async () => {
    const { cache, commits } = setUp();
    commits.set('a', new SourceError('unavailable', 'no route'));
    expect(await cache.get(base, signal)).toEqual({ good: undefined, error: { kind: 'unavailable', message: 'no route' } });

    commits.set('a', []);
    expect(await cache.get(base, signal)).toMatchObject({ good: { revision: 'a' } });
  });

  it('falls back, after a restart, on the commit that was synced last', async () => {
    const { cache, planned } = setUp();

    expect(await cache.get({ ...base, wanted: 'b', fallback: 'a' }, signal)).toMatchObject({ good: { revision: 'a' }, error: { kind: 'refused' } });
    expect(await cache.get({ ...base, wanted: undefined, fallback: 'a' }, signal)).toMatchObject({ good: { revision: 'a' } });
    expect(planned).toEqual(['i b', 'i a']);
  });

  it('keeps the commit before at hand while a new one waits', async () => {
    const { cache, planned } = setUp();
    await cache.get(base, signal);
    await cache.get({ ...base, wanted: 'c' }, signal);

    expect((await cache.at({ ...base, wanted: 'c' }, 'a', signal))?.revision).toBe('a');
    expect(planned).toEqual(['i a', 'i c']);
  });

  it('has nothing at hand for a commit that is refused, though another one is kept', async () => {
    const { cache } = setUp();
    await cache.get(base, signal);
    await cache.get({ ...base, wanted: 'c' }, signal);

    expect(await cache.at({ ...base, wanted: 'c' }, 'b', signal)).toBeUndefined();
  });

  it('passes on what nobody has explained', async () => {
    const { cache, commits } = setUp();
    commits.set('a', new TypeError('a bug'));

    await expect(cache.get(base, signal)).rejects.toThrow('a bug');
  });

  it('forgets an Application that is gone', async () => {
    const { cache, planned } = setUp();
    await cache.get(base, signal);
    cache.forget(base.key);
    await cache.get(base, signal);

    expect(planned).toHaveLength(2);
  });

  it('serves on with what was synced last, whichever other commit was asked for beside it', async () => {
    const { cache } = setUp();
    const request = { ...base, wanted: 'b', fallback: 'c' };
    expect(await cache.get(request, signal)).toMatchObject({ good: { revision: 'c' }, error: { kind: 'refused' } });
    expect(await cache.at(request, 'a', signal)).toMatchObject({ revision: 'a' });

    expect(await cache.get(request, signal)).toMatchObject({ good: { revision: 'c' }, error: { kind: 'refused' } });
  });

  it('serves on with a commit of before, too, that would be told something else by now, while nothing better is to be had', async () => {
    const { cache, commits } = setUp();
    await cache.get(base, signal);
    await cache.get({ ...base, wanted: 'c' }, signal);
    cache.outdate(base.key);
    commits.set('a', new SourceError('unavailable', 'the server is gone'));
    expect(await cache.at({ ...base, wanted: 'c' }, 'a', signal)).toMatchObject({ revision: 'a' });
  });
});
