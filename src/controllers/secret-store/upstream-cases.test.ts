import { describeStoreCases } from '../../../test/contract/upstream-store-cases.contract.ts';
import { openLocalWorld } from '../../../test/support/local-world.ts';

describeStoreCases('on the local cluster', openLocalWorld);
