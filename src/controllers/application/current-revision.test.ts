import { expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { parseApplication } from '../../api/application.ts';
import type { Application } from '../../api/application.ts';
import { currentRevision } from './current-revision.ts';
import { createRevisionPoller } from './revision-poller.ts';

function application(...revisions: readonly string[]): Application {
  const sources = revisions.map((targetRevision) => ({ repoURL: 'https://git.example/a.git', path: '.', targetRevision }));
  const parsed = parseApplication({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { namespace: 'argocd', name: 'one' }, spec: { project: 'default', sources, destination: { name: 'in-cluster', namespace: 'n' } } });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.value;
}

it('the sources that an Application has no more are not asked for any longer', async () => {
  const clock = createFakeClock();
  const asked: string[] = [];
  const poll = async ({ targetRevision }: { readonly targetRevision: string }): Promise<string> => {
    asked.push(targetRevision);
    return `${targetRevision}-commit`;
  };
  const poller = createRevisionPoller({ poll, interval: 60_000, clock, random: () => 0.5, signal: new AbortController().signal, onChange: () => {} });

  expect(await currentRevision(poller, 'argocd/one', application('a', 'b', 'c'))).toEqual({ revision: 'a-commit,b-commit,c-commit' });
  expect(await currentRevision(poller, 'argocd/one', application('a'))).toEqual({ revision: 'a-commit' });
  await clock.advance(60_000);

  expect(asked).toEqual(['a', 'b', 'c', 'a']);
});
