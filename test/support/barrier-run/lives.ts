import { join } from 'node:path';
import type { Cluster } from '../../../src/kube/port.ts';
import type { ScriptedProvider } from '../scripted-provider.ts';
import { type ApiProxy, startApiProxy } from './api-proxy.ts';
import type { Mischief } from './mischief.ts';
import { type Program, startProgram } from './program.ts';
import type { BarrierWorld } from './world.ts';

/** A controller that dies and comes back, as a pod does. */
export interface Lives {
  /** How often it has been started. */
  readonly count: () => number;
  /** Ends the present life at once: from now on it can do nothing. The next one starts a moment later. */
  readonly kill: () => void;
  readonly close: () => Promise<void>;
}

export interface LivesOptions {
  readonly name: string;
  readonly namespace: string;
  readonly applications: string;
  readonly script: ScriptedProvider;
  readonly fateOf: Mischief['fateOf'];
  readonly deceive?: (cluster: Cluster) => Cluster;
}

/** Milliseconds from the end of a life to the next. */
const restartAfter = 50;

/** Each life has a proxy of its own, so that what an ended one still sends reaches nobody. */
export function startLives({ plane, token, folder }: Pick<BarrierWorld, 'plane' | 'token' | 'folder'>, { name, fateOf, ...options }: LivesOptions): Lives {
  const ending: Promise<unknown>[] = [];
  let count = 0;
  const closing = new AbortController();
  let present: ApiProxy | undefined;
  let wake: () => void = () => {};

  const live = async (): Promise<void> => {
    count += 1;
    const proxy = await startApiProxy(plane, fateOf);
    present = proxy;
    const killed = new Promise<void>((resolve) => {
      wake = resolve;
      closing.signal.addEventListener('abort', () => resolve());
      if (closing.signal.aborted) resolve();
    });
    const program: Program = await startProgram({ ...options, server: proxy.url, token, kubeconfig: join(folder, `${name}-${count}.kubeconfig`), cache: join(folder, name) });
    await Promise.race([killed, program.ended]);
    proxy.die();
    ending.push(end(program, proxy));
  };
  const all = (async () => {
    while (!closing.signal.aborted) {
      await live();
      await new Promise((resolve) => setTimeout(resolve, restartAfter));
    }
  })();
  return {
    count: () => count,
    kill: () => {
      present?.die();
      wake();
    },
    close: async () => {
      closing.abort();
      await all;
      await Promise.all(ending);
    },
  };
}

async function end(program: Program, proxy: ApiProxy): Promise<void> {
  await program.stop();
  await proxy.close();
}
