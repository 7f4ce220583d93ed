import { openLocalWorld } from './local-world.ts';
import { recordCalls } from './recording-cluster.ts';
import type { World } from './secret-stage.ts';

/** The local cluster, whose workloads a test gives statuses, and which is therefore believed about them. */
export async function openRunningWorld(): Promise<World> {
  const world = await openLocalWorld();
  return { ...world, cluster: { ...recordCalls(world.cluster), kind: 'kubernetes' } };
}
