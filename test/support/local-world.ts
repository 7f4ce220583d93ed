import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLocalCluster } from '../../src/kube/local/local-cluster.ts';
import { applicationSetType, applicationType, appProjectType, clusterExternalSecretType, clusterGeneratorType, clusterPushSecretType, clusterSecretStoreType, externalSecretType, generatorStateType, generatorType, pushSecretType, sealedSecretType, secretStoreType } from '../../src/kube/resource-types.ts';
import type { ResourceType } from '../../src/kube/port.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { World } from './secret-stage.ts';

/**
 * A local cluster in a folder of its own, which goes when it is closed.
 * @param more types that it serves besides
 */
export async function openLocalWorld(more: readonly ResourceType[] = []): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'prelude-secrets-'));
  const cluster = await openLocalCluster({
    dir: join(folder, 'cluster'),
    types: [applicationType, applicationSetType, appProjectType, externalSecretType, secretStoreType, clusterSecretStoreType, clusterExternalSecretType, pushSecretType, clusterPushSecretType, generatorType('Fake'), clusterGeneratorType, generatorStateType, sealedSecretType, ...more],
    clock: systemClock,
    onProblem: ({ file, problem }) => {
      throw new Error(`${file} ${problem}`);
    },
  });
  return {
    cluster,
    close: async () => {
      await cluster.close();
      rmSync(folder, { recursive: true });
    },
  };
}
