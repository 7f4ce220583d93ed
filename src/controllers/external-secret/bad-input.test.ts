import { describeBadInput } from '../../../test/contract/bad-input.contract.ts';
import { openLocalWorld } from '../../../test/support/local-world.ts';

describeBadInput('on the local cluster', openLocalWorld);
