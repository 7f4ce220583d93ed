import { describeSecretSources } from '../../../test/contract/secret-sources.contract.ts';
import { openLocalWorld } from '../../../test/support/local-world.ts';

describeSecretSources('on the local cluster', openLocalWorld);
