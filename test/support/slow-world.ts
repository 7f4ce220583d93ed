import { setTimeout as pause } from 'node:timers/promises';
import { openRunningWorld } from './running-world.ts';
import type { World } from './secret-stage.ts';

/** How long news of Deployments are on their way, in milliseconds. */
const lateness = 40;

/**
 * A world in which writes take their time, and news of Deployments, as on a busy cluster: what is written in each pass lets a test have its
 * turn, and fail. What bears the name `slow` takes so long that all else has had its effect by then.
 */
export async function openSlowWorld(): Promise<World> {
  const { cluster, ...world } = await openRunningWorld();
  const apply: World['cluster']['apply'] = async (...call) => {
    await pause(call[1].metadata.name === 'slow' ? 400 : 20);
    return cluster.apply(...call);
  };
  const watch: World['cluster']['watch'] = async function* late(...call) {
    for await (const event of cluster.watch(...call)) {
      if (call[0].kind === 'Deployment') await pause(lateness);
      yield event;
    }
  };
  return { ...world, cluster: { ...cluster, apply, watch } };
}
