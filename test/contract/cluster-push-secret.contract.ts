import type { World } from '../support/secret-stage.ts';
import { spreadPushSecrets } from '../support/spread-kinds.ts';
import { describeFanOut } from './fan-out.contract.ts';

/** What the controller of ClusterPushSecrets does. */
export function describeClusterPushSecrets(name: string, open: () => Promise<World>): void {
  describeFanOut(spreadPushSecrets, name, open);
}
