import { faultPlans, providerFaultsContract } from '../../../test/contract/provider-faults.contract.ts';
import { openLocalWorld } from '../../../test/support/local-world.ts';
import { cloudScenes } from '../../../test/support/provider-fault-scenes.ts';
import { providerFaults } from '../../../test/support/provider-faults.ts';

// two files, for two cores
providerFaultsContract(faultPlans(cloudScenes(), providerFaults, openLocalWorld), 3);
