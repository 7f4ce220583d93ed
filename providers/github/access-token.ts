import { z } from 'zod';
import { githubAppJwt } from '../../src/lib/github-app-jwt.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { SigningKeyError } from '../../src/lib/sign-jwt.ts';
import type { Asked } from '../../src/provider/ask.ts';
import { readJson, send, statusError } from '../../src/provider/ask.ts';
import { secretKeySelector } from '../../src/provider/field.ts';
import type { Generator } from '../../src/provider/generator.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';

const accessTokenSpec = z
  .strictObject({
    url: z
      .string()
      .regex(/^(https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?)?$/, 'must be a URL like https://github.example.com/api/v3')
      .exactOptional()
      .describe('The API, `https://api.github.com` where absent.'),
    appID: z.string().min(1).describe('The id of the GitHub App.'),
    installID: z
      .string()
      .regex(/^[0-9]{1,20}$/, 'must be the number of an installation')
      .describe('The id of its installation.'),
    repositories: z.array(z.string()).exactOptional().describe('Names of repositories, without their owner; all of the installation where absent.'),
    permissions: z.record(z.string(), z.string()).exactOptional().describe('Permissions, like `contents: read`; all of the app where absent.'),
    auth: z
      .strictObject({
        privateKey: z.strictObject({ secretRef: secretKeySelector().describe('Key of a Secret with the private key of the app, PEM.') }).describe('The private key of the app.'),
      })
      .describe('How to authenticate.'),
  })
  .describe('A token of an installation of a GitHub App, valid for an hour.');

type AccessTokenSpec = z.output<typeof accessTokenSpec>;

const standardApi = 'https://api.github.com';
const tokenAnswer = z.object({ token: z.string().min(1) });

/** Asks GitHub for a token of an app's installation. */
export const accessTokenGenerator: Generator<AccessTokenSpec> = {
  kind: 'GithubAccessToken',
  schema: accessTokenSpec,
  environment: [],
  credentials: ({ auth }) => [auth.privateKey.secretRef],
  generate: async (spec, context, signal) => {
    const key = await context.secret(spec.auth.privateKey.secretRef);
    const jwt = jwtOf(spec.appID, key, context.clock.now());
    const { url = '', installID, repositories = [], permissions } = spec;
    const wanted = { ...(permissions === undefined ? {} : { permissions }), ...(repositories.length === 0 ? {} : { repositories }) };
    const asked: Asked = { http: context.http, service: 'GitHub', advice: 'check appID, installID and auth.privateKey' };
    const answer = await send(
      {
        method: 'POST',
        url: `${(url === '' ? standardApi : url).replace(/\/+$/, '')}/app/installations/${installID}/access_tokens`,
        // without a name of its own a client is refused
        headers: { authorization: `Bearer ${jwt}`, accept: 'application/vnd.github.v3+json', 'user-agent': 'prelude' },
        ...(Object.keys(wanted).length === 0 ? {} : { body: JSON.stringify(wanted) }),
      },
      asked,
      signal,
    );
    if (answer.status < 200 || answer.status >= 300) throw failureOf(answer, asked, context.clock.now());
    const parsed = tokenAnswer.safeParse(readJson(answer, 'GitHub'));
    if (!parsed.success) throw new ProviderError('unavailable', 'GitHub answers without a token');
    return { values: new Map([['token', SecretBytes.fromUtf8(parsed.data.token)]]) };
  },
};

function jwtOf(appId: string, key: SecretBytes, now: number): string {
  try {
    return githubAppJwt(appId, key, now);
  } catch (error) {
    if (error instanceof SigningKeyError) throw new ProviderError('invalid', `the Secret that auth.privateKey names: ${error.message}`);
    throw error;
  }
}

/** GitHub says with 403 too that it is asked too often, and by headers until when: none that are left, or how long to wait. */
function failureOf(answer: Parameters<typeof statusError>[0], asked: Asked, now: number): ProviderError {
  const { status, headers } = answer;
  if (status === 404) return new ProviderError('invalid', 'GitHub knows no such installation of the app (HTTP 404); check installID and url');
  if (status === 422) return new ProviderError('invalid', 'GitHub does not give these repositories or permissions (HTTP 422); the installation must have them');
  const isSpent = headers['x-ratelimit-remaining'] === '0';
  if (status !== 403 || (!isSpent && headers['retry-after'] === undefined)) return statusError(answer, asked);
  const waited = statusError({ status: 429, headers }, asked);
  const reset = Number(headers['x-ratelimit-reset'] ?? Number.NaN) * 1000 - now;
  const retryAfter = waited.retryAfter ?? (reset > 0 && reset < 86_400_000 ? reset : undefined);
  return new ProviderError('throttled', `GitHub asks to slow down (HTTP ${status})`, retryAfter === undefined ? {} : { retryAfter });
}
