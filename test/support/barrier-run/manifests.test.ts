import { beforeAll, describe, expect, it } from 'vitest';
import { parseApplication } from '../../../src/api/application.ts';
import { createPlanner } from '../../../src/controllers/application/planner.ts';
import { refusals } from '../../../src/gitops/apply/phase/preflight.ts';
import { createManifestReader } from '../../../src/gitops/render/manifest-reader.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { memoryTree } from '../memory-tree.ts';
import { newSealingKey } from '../new-sealing-key.ts';
import { agePair } from '../sops-files.ts';
import { applicationObject } from './application-object.ts';
import { sealersOf } from './desk.ts';
import { filesOf, type Sealers } from './manifests.ts';
import { killStride, scenarioOf } from './scenario.ts';

const namespace = 'run';
let sealers: Sealers;

beforeAll(async () => {
  const [sealingKey, age] = await Promise.all([newSealingKey(), agePair()]);
  sealers = sealersOf({ sealingKey, age }, namespace, new Map());
});

/** Why the controller of a run refuses each revision of a seed; nothing for one that it takes. */
async function refusalsOf(seed: number): Promise<readonly (readonly string[])[]> {
  const scenario = scenarioOf(seed);
  const parsed = parseApplication(applicationObject(scenario, { namespace, applications: 'apps', repoURL: 'r' }));
  if (!parsed.ok) throw new Error('the Application of a run does not parse');
  const plannable = { key: 'apps/run', application: parsed.value, identity: 'i' };
  const revisions = Array.from({ length: scenario.revisions }, (_, index) => index + 1);
  return Promise.all(
    revisions.map(async (revision) => {
      const files = Object.entries(await filesOf(scenario, namespace, revision, sealers)).map(([path, text]) => [`manifests/${path}`, text]);
      const tree = { ...memoryTree(Object.fromEntries(files)), revision: String(revision), readFrom: { kind: 'git', label: 'r' } } as const;
      const planner = createPlanner({
        resolver: { resolve: async () => tree, poll: async () => tree.revision },
        reader: createManifestReader(1 << 20),
        log: silentLog,
        clock: systemClock,
        applications: () => [plannable],
        isThere: () => true,
        commitOf: async () => tree.revision,
        onDeclared: () => {},
      });
      return refusals(await planner.plan(plannable, tree.revision, new AbortController().signal));
    }),
  );
}

describe('the manifests of a run', () => {
  it.each(Array.from({ length: killStride }, (_, index) => index + 1))('are refused where the scenario says so, for the one key that nothing makes, and at no other revision: seed %i', async (seed) => {
    const { revisions, refused } = scenarioOf(seed);
    const expected = Array.from({ length: revisions }, (_, index) => (refused && index === revisions - 1 ? [expect.stringContaining('Deployment mistaken needs key "tokne" of Secret')] : []));

    expect(await refusalsOf(seed)).toEqual(expected);
  });
});
