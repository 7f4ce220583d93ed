import { describePushes } from '../../../test/contract/push-secret.contract.ts';
import { describeRepeatedPushes } from '../../../test/contract/push-secret-refresh.contract.ts';
import { describeRefusedPushes } from '../../../test/contract/push-secret-refusal.contract.ts';
import { describeTakenBackPushes } from '../../../test/contract/push-secret-removal.contract.ts';
import { openLocalWorld } from '../../../test/support/local-world.ts';

describePushes('on the local cluster', openLocalWorld);
describeRefusedPushes('on the local cluster', openLocalWorld);
describeTakenBackPushes('on the local cluster', openLocalWorld);
describeRepeatedPushes('on the local cluster', openLocalWorld);
