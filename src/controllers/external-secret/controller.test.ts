import { describeSecretControllers } from '../../../test/contract/secret-controllers.contract.ts';
import { openLocalWorld } from '../../../test/support/local-world.ts';

describeSecretControllers('on the local cluster', openLocalWorld);
