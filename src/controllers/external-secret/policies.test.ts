import { describeSecretDeletion } from '../../../test/contract/secret-deletion.contract.ts';
import { describeSecretPolicies } from '../../../test/contract/secret-policies.contract.ts';
import { openLocalWorld } from '../../../test/support/local-world.ts';

describeSecretPolicies('on the local cluster', openLocalWorld);
describeSecretDeletion('on the local cluster', openLocalWorld);
