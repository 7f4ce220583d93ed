import type { Cluster } from '../../src/kube/port.ts';
import { openLocalWorld } from './local-world.ts';
import { recordCalls } from './recording-cluster.ts';
import type { World } from './secret-stage.ts';

/** The local cluster, whose workloads a test gives statuses, and which is therefore believed about them. */
export async function openRunningWorld(): Promise<World> {
  const world = await openLocalWorld();
  return { ...world, cluster: { ...recordCalls(world.cluster), kind: 'kubernetes' } };
}

/** A running world in which a test does something just before an Application is next read. */
export class InterruptedWorld {
  #run: (() => Promise<void>) | undefined;

  meanwhile(run: () => Promise<void>): void {
    this.#run = run;
  }

  /** Whether it has been done. */
  get isDone(): boolean {
    return this.#run === undefined;
  }

  readonly open = async (): Promise<World> => {
    const world = await openRunningWorld();
    const get: Cluster['get'] = async (type, key, until, options) => {
      const run = type.kind === 'Application' ? this.#run : undefined;
      if (run !== undefined) this.#run = undefined;
      await run?.();
      return world.cluster.get(type, key, until, options);
    };
    return { ...world, cluster: { ...world.cluster, get } };
  };
}
