import { describeApplicationRotation } from '../../../test/contract/application-rotation.contract.ts';
import { describeApplicationRequests } from '../../../test/contract/application-requests.contract.ts';
import { describeApplicationSync } from '../../../test/contract/application-sync.contract.ts';
import { describeApplicationUpkeep } from '../../../test/contract/application-upkeep.contract.ts';
import { describeApplicationValues } from '../../../test/contract/application-values.contract.ts';
import { openLocalWorld } from '../../../test/support/local-world.ts';

describeApplicationRotation('on the local cluster', openLocalWorld);
describeApplicationSync('on the local cluster', openLocalWorld);
describeApplicationUpkeep('on the local cluster', openLocalWorld);
describeApplicationValues('on the local cluster', openLocalWorld);
describeApplicationRequests('on the local cluster', openLocalWorld);
