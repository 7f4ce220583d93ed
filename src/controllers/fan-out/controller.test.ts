import { describeClusterExternalSecrets } from '../../../test/contract/cluster-external-secret.contract.ts';
import { describeClusterPushSecrets } from '../../../test/contract/cluster-push-secret.contract.ts';
import { openLocalWorld } from '../../../test/support/local-world.ts';

describeClusterExternalSecrets('on the local cluster', openLocalWorld);
describeClusterPushSecrets('on the local cluster', openLocalWorld);
