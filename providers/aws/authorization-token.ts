import { z } from 'zod';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { Generator } from '../../src/provider/generator.ts';
import { awsRegion } from './config.ts';
import { authCredentials, authenticate, generatorAuth, roleField, saysNobody, saysWho } from './generator-auth.ts';
import { getPrivateToken, getPublicToken } from './registry-token.ts';
import { sdkSettings, settingVariables } from './sdk-settings.ts';

const authorizationTokenSpec = z
  .strictObject({
    region: awsRegion(),
    auth: generatorAuth.exactOptional(),
    role: roleField().exactOptional(),
    scope: z.enum(['private', 'public', '']).exactOptional().describe('`private`, the registry of the account, where absent; or `public`.'),
  })
  .refine(({ auth }) => saysWho(auth), { path: ['auth'], error: saysNobody })
  .describe('A token that logs in to a container registry of AWS.');

type AuthorizationTokenSpec = z.output<typeof authorizationTokenSpec>;

/** A token of a registry, valid for twelve hours. */
export const authorizationTokenGenerator: Generator<AuthorizationTokenSpec> = {
  kind: 'ECRAuthorizationToken',
  schema: authorizationTokenSpec,
  environment: settingVariables(['sts', 'privateRegistry', 'publicRegistry']),
  credentials: ({ auth = {} }) => authCredentials(auth),
  generate: async ({ region, auth = {}, role, scope }, context, signal) => {
    const keys = await authenticate({ region, auth, role }, context, signal);
    const isPublic = scope === 'public';
    const options = { region, keys, settings: sdkSettings(isPublic ? 'publicRegistry' : 'privateRegistry', context.environment) };
    const { username, password, expiresAt, proxyEndpoint } = await (isPublic ? getPublicToken(options, signal) : getPrivateToken(options, signal));
    return {
      values: new Map([
        ['username', username],
        ['password', password],
        ...(proxyEndpoint === undefined || isPublic ? [] : [['proxy_endpoint', SecretBytes.fromUtf8(proxyEndpoint)] as const]),
        ['expires_at', SecretBytes.fromUtf8(String(expiresAt))],
      ]),
    };
  },
};
