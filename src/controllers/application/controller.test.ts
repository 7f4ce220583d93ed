import { describeApplicationController } from '../../../test/contract/application-controller.contract.ts';
import { openLocalWorld } from '../../../test/support/local-world.ts';

describeApplicationController('on the local cluster', openLocalWorld);
