import { z } from 'zod';
import type { CaProvider } from '../../src/provider/authority.ts';
import { authorityCredentials, caBundle, caProvider } from '../../src/provider/authority.ts';
import type { CredentialSelector, SecretKeySelector } from '../../src/provider/contract.ts';
import { secretKeySelector } from '../../src/provider/field.ts';

/** `spec.provider.gitlab`, understood. */
export interface GitlabConfig {
  readonly url: string;
  readonly token: SecretKeySelector;
  readonly projectId?: string;
  /** The farthest first: what is nearer comes after it. */
  readonly groupIds: readonly string[];
  readonly inheritsFromGroups: boolean;
  /** The scope of the variables; absent: any. */
  readonly environment?: string;
  readonly caBundle?: string;
  readonly caProvider?: CaProvider;
}

const standardUrl = 'https://gitlab.com';

/** `spec.provider.gitlab`: every field that External Secrets has. */
export const gitlabConfig: z.ZodType<GitlabConfig> = z
  .strictObject({
    url: z
      .string()
      .regex(/^(https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?)?$/, 'must be a URL like https://gitlab.example.com')
      .exactOptional()
      .describe(`The address of GitLab, \`${standardUrl}\` where absent.`),
    auth: z
      .strictObject({
        SecretRef: z
          .strictObject({ accessToken: secretKeySelector().describe('Key of a Secret with an access token that may read variables.') })
          .describe('A token that stands in a Secret.'),
      })
      .describe('How to authenticate to GitLab.'),
    projectID: z.string().exactOptional().describe('The project whose variables are read: its number or path.'),
    inheritFromGroups: z.boolean().exactOptional().describe('Whether variables of the groups of the project are read too.'),
    groupIDs: z.array(z.string().min(1)).max(100).exactOptional().describe('Groups whose variables are read; of two groups the later one counts, and the project before both.'),
    environment: z.string().exactOptional().describe('The environment scope of the variables; those of all environments count where it has none of its own.'),
    caBundle: caBundle().exactOptional(),
    caProvider: caProvider().exactOptional(),
  })
  .refine(({ projectID = '', groupIDs = [] }) => projectID !== '' || groupIDs.length > 0, 'needs projectID or groupIDs')
  .refine(({ inheritFromGroups, groupIDs = [] }) => inheritFromGroups !== true || groupIDs.length === 0, 'may have groupIDs or inheritFromGroups, not both')
  .refine(({ inheritFromGroups, projectID = '' }) => inheritFromGroups !== true || projectID !== '', { path: ['inheritFromGroups'], error: 'needs projectID: it is the groups of the project that are meant' })
  .transform(({ url = '', auth, projectID = '', inheritFromGroups = false, groupIDs = [], environment = '', ...authority }): GitlabConfig => ({
    url: (url === '' ? standardUrl : url).replace(/\/+$/, '').replace(/\/api\/v4$/, ''),
    token: auth.SecretRef.accessToken,
    ...(projectID === '' ? {} : { projectId: projectID }),
    groupIds: groupIDs,
    inheritsFromGroups: inheritFromGroups,
    ...(environment === '' ? {} : { environment }),
    ...authority,
  }))
  .describe('CI/CD variables of a project and its groups in GitLab.');

/** What a configuration names in the cluster. */
export function gitlabCredentials(config: GitlabConfig): readonly CredentialSelector[] {
  return [config.token, ...authorityCredentials(config)];
}
