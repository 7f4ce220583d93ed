import { keyOfRef, type ObjectRef, refKey } from '../../gitops/apply/object/object-ref.ts';
import { runAll } from '../../gitops/apply/run-all.ts';
import type { SyncRun } from '../../gitops/apply/sync-run.ts';
import type { Health } from '../../gitops/health/health.ts';

/**
 * How the objects fare that an Application has health checks of its own for, by `refKey`. Each is read once per resourceVersion: what a
 * watch keeps of an object does not do for expressions over all of it. What was stopped before it had an answer is asked again.
 */
export async function customHealth(run: SyncRun, refs: readonly ObjectRef[]): Promise<ReadonlyMap<string, Health>> {
  const { cluster, live, memory } = run.deps;
  const loaded = memory.rules;
  if (loaded === undefined || cluster.kind === 'recorded') return new Map();
  const apiVersionOf = ({ group, version }: ObjectRef): string => (group === '' ? version : `${group}/${version}`);
  const covered = refs.filter((ref) => loaded.rules.covers({ apiVersion: apiVersionOf(ref), kind: ref.kind }));
  if (covered.length === 0) return new Map();
  const discovery = await cluster.discover(run.signal);
  const judged = await runAll(run, covered, async (ref) => {
    const type = discovery.find(apiVersionOf(ref), ref.kind);
    const seen = type === undefined ? 'absent' : live.look(type, keyOfRef(ref));
    if (type === undefined || seen === 'absent') return undefined;
    const known = memory.judged.get(refKey(ref));
    if (known !== undefined && known.text === loaded.text && typeof seen === 'object' && seen.resourceVersion === known.resourceVersion) return [refKey(ref), known.health] as const;
    const found = await cluster.get(type, keyOfRef(ref), run.signal);
    const judgement = found === undefined ? undefined : loaded.rules.judge(found);
    if (found === undefined || judgement === undefined) return undefined;
    const { health, isLate = false } = judgement;
    if (!isLate) memory.judged.set(refKey(ref), { text: loaded.text, resourceVersion: found.metadata.resourceVersion ?? '', health });
    return [refKey(ref), health] as const;
  });
  return new Map(judged.flatMap((one) => (one === undefined ? [] : [one])));
}
