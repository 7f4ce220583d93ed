import { describeSealedSecrets } from '../../../test/contract/sealed-secret.contract.ts';
import { describeSealedUpstreamCases } from '../../../test/contract/sealed-upstream-cases.contract.ts';
import { openLocalWorld } from '../../../test/support/local-world.ts';

describeSealedSecrets('on the local cluster', openLocalWorld);
describeSealedUpstreamCases('on the local cluster', openLocalWorld);
