import { readAuthority } from '../../src/provider/authority.ts';
import type { Provider } from '../../src/provider/contract.ts';
import { headerToken } from '../../src/provider/credential-text.ts';
import { GitlabApi } from './api.ts';
import { createGitlabClient } from './client.ts';
import type { GitlabConfig } from './config.ts';
import { gitlabConfig, gitlabCredentials } from './config.ts';

/** CI/CD variables of GitLab. */
export const gitlab: Provider<GitlabConfig> = {
  id: 'gitlab',
  schema: gitlabConfig,
  propertyLookup: 'path-only',
  environment: [],
  capabilities: 'ReadOnly',
  credentials: gitlabCredentials,
  connect: async (config, context) => {
    const [token, ca] = await Promise.all([context.secret(config.token), readAuthority(config, context)]);
    const api = new GitlabApi({ http: context.http, url: config.url, token: headerToken(token, 'auth.SecretRef.accessToken'), ...(ca === undefined ? {} : { ca }) });
    return createGitlabClient(api, config);
  },
};
