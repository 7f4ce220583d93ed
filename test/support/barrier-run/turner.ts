import { setTimeout as pause } from 'node:timers/promises';
import { isKubeError } from '../../../src/kube/kube-error.ts';
import type { Cluster } from '../../../src/kube/port.ts';
import { configMapType } from '../../../src/kube/resource-types.ts';
import { at } from '../raw-api.ts';
import { turns } from './values.ts';

/** The ConfigMap that a chart looks up, or takes a value from. */
export const turnName = 'turn';

/** Who turns what a chart asks the cluster for. */
export interface Turner {
  readonly turn: () => void;
  /** How it is turned, or is about to be. */
  readonly turned: () => number;
  /** Keeps the cluster in line with that, until it is told to end. */
  readonly keep: (signal: AbortSignal) => Promise<void>;
}

/** Milliseconds between two looks. */
const look = 100;
const options = { fieldManager: 'person' };

export function createTurner(cluster: Pick<Cluster, 'get' | 'create' | 'update'>, namespace: string): Turner {
  let present = 0;
  const settle = async (signal: AbortSignal): Promise<void> => {
    const there = await cluster.get(configMapType, { namespace, name: turnName }, signal);
    const data = { turn: String(present) };
    if (there === undefined) await cluster.create(configMapType, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name: turnName }, data }, options, signal);
    else if (at(there, 'data', 'turn') !== data.turn) await cluster.update(configMapType, { ...there, data }, options, signal);
  };
  return {
    turn: () => {
      present = (present + 1) % turns.length;
    },
    turned: () => present,
    keep: async (signal) => {
      for (; !signal.aborted; await pause(look, undefined, { signal })) {
        try {
          await settle(signal);
        } catch (error) {
          // there is no namespace yet, or it goes
          if (!isKubeError(error)) throw error;
        }
      }
    },
  };
}
