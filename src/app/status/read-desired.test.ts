import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { parseApplication } from '../../api/application.ts';
import { formatErrors } from '../../api/schema.ts';
import { systemClock } from '../../lib/clock.ts';
import { readDesired } from './read-desired.ts';

const folder = mkdtempSync(join(tmpdir(), 'prelude-desired-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('a repository on this machine is asked, as up asks it', async () => {
  const spec = { source: { repoURL: 'https://127.0.0.1:9/nets.git', path: 'devnet' }, destination: { name: 'in-cluster', namespace: 'devnet' } };
  const parsed = parseApplication({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { namespace: 'argocd', name: 'devnet' }, spec });
  if (!parsed.ok) throw new Error(formatErrors(parsed.errors));
  const reading = readDesired(parsed.value, undefined, { path: folder, repositories: [] }, { environment: { PRELUDE_CACHE_DIR: folder }, clock: systemClock }, new AbortController().signal);

  // nobody listens there: it is asked and does not answer
  await expect(reading).rejects.toMatchObject({ kind: 'unavailable' });
});
