import { describeGenericTargets } from '../../../test/contract/generic-targets.contract.ts';
import { openLocalWorld } from '../../../test/support/local-world.ts';

describeGenericTargets('on the local cluster', openLocalWorld);
