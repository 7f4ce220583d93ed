import { describeSecretTemplates } from '../../../test/contract/secret-templates.contract.ts';
import { openLocalWorld } from '../../../test/support/local-world.ts';

describeSecretTemplates('on the local cluster', openLocalWorld);
