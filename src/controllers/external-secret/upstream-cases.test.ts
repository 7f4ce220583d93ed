import { describeUpstreamCases } from '../../../test/contract/upstream-cases.contract.ts';
import { describeProviderCases } from '../../../test/contract/upstream-provider-cases.contract.ts';
import { openLocalWorld } from '../../../test/support/local-world.ts';

describeProviderCases('on the local cluster', openLocalWorld);
describeUpstreamCases('on the local cluster', openLocalWorld);
