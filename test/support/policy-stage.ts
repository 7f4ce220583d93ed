import { expect } from 'vitest';
import { externalSecretType } from '../../src/kube/resource-types.ts';
import type { Stage } from './secret-stage.ts';
import { secretData } from './secret-world.ts';

/** What tests of policies look at: the ExternalSecret `database`, its Secret, and the calls that were made for them. */
export interface PolicyStage {
  /** How often the provider was read. */
  readonly reads: () => number;
  readonly secretWrites: () => readonly string[];
  readonly data: () => Promise<Readonly<Record<string, string>> | undefined>;
  readonly untilReady: (reason: string, message: string) => Promise<void>;
  /** Waits for the next read of the provider. */
  readonly untilRead: () => Promise<void>;
  /** Asks for a sync, as people do. */
  readonly touch: (value: string) => Promise<void>;
}

export function policyStage(stage: Stage): PolicyStage {
  const reads = (): number => stage.running.script.calls.length;
  return {
    reads,
    secretWrites: () => stage.recorded.writesIn(stage.namespace).filter((write) => write.endsWith(' secrets')),
    data: () => secretData(stage.cluster, stage.namespace, 'database'),
    untilReady: (reason, message) => stage.until(async () => expect((await stage.status('database')).conditions).toMatchObject([{ type: 'Ready', status: 'True', reason, message }])),
    untilRead: async () => {
      const before = reads();
      await stage.until(() => expect(reads()).toBeGreaterThan(before));
    },
    touch: (value) => stage.edit(externalSecretType, 'database', (object) => ({ ...object, metadata: { ...object.metadata, annotations: { 'external-secrets.io/force-sync': value } } })),
  };
}
