import { describeLifecycles } from '../../../test/contract/upstream-lifecycle.contract.ts';
import { openLocalWorld } from '../../../test/support/local-world.ts';

describeLifecycles('on the local cluster', openLocalWorld);
