import { faultPlans, providerFaultsContract } from '../../../test/contract/provider-faults.contract.ts';
import { openLocalWorld } from '../../../test/support/local-world.ts';
import { serviceScenes } from '../../../test/support/provider-fault-scenes.ts';
import { providerFaults } from '../../../test/support/provider-faults.ts';

providerFaultsContract(faultPlans(serviceScenes(), providerFaults, openLocalWorld), 3);
