import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { remoteGeneratorContract } from '../../test/contract/remote-generator.contract.ts';
import type { GeneratorStage } from '../../test/support/generator-stage.ts';
import { createGeneratorStage } from '../../test/support/generator-stage.ts';
import type { GithubServer } from '../../test/support/github-server.ts';
import { startGithubServer } from '../../test/support/github-server.ts';
import { githubGenerators } from './index.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = (key: typeof privateKey): string => key.export({ type: 'pkcs1', format: 'pem' }).toString();

function openStage(): GeneratorStage {
  return createGeneratorStage({ generators: githubGenerators, kind: 'GithubAccessToken', secrets: { github: { key: pem(privateKey), other: pem(other.privateKey), none: 'no private key' } } });
}

function specOf(url: string, more: object = {}, key: object = { key: 'key' }): object {
  return { url: `${url}/api/v3`, appID: '12345', installID: '678', auth: { privateKey: { secretRef: { name: 'github', ...key } } }, ...more };
}

remoteGeneratorContract('GithubAccessToken', async () => {
  const server = await startGithubServer(publicKey);
  return { ...server, stage: openStage(), spec: specOf(server.url), foreign: { privateKey: specOf(server.url, {}, { key: 'key', namespace: 'stranger' }) } };
});

let server: GithubServer;
let stage: GeneratorStage;

beforeEach(async () => {
  server = await startGithubServer(publicKey);
  stage = openStage();
});

afterEach(async () => {
  await Promise.all([server.close(), stage.close()]);
});

describe('a token of GitHub', () => {
  it('is of the app’s installation, for all that it may', async () => {
    expect(await stage.run(specOf(server.url))).toEqual({ token: 'ghs_generated' });
    expect(server.wanted).toEqual([undefined]);
  });

  it('is for some repositories and permissions', async () => {
    await stage.run(specOf(server.url, { repositories: ['a', 'b'], permissions: { contents: 'read' } }));

    expect(server.wanted).toEqual([{ permissions: { contents: 'read' }, repositories: ['a', 'b'] }]);
  });

  it.each([
    [{}, { key: 'other' }, 'denied: GithubAccessToken consumer/it: GitHub refuses the credentials (HTTP 401); check appID, installID and auth.privateKey'],
    [{}, { key: 'none' }, 'invalid: GithubAccessToken consumer/it: the Secret that auth.privateKey names: it holds no RSA private key in PEM, or one of more than 4096 bits'],
    [{}, { key: 'absent' }, 'invalid: GithubAccessToken consumer/it: it needs key "absent" of Secret consumer/github, which does not exist'],
    [{ installID: '679' }, undefined, 'invalid: GithubAccessToken consumer/it: GitHub knows no such installation of the app (HTTP 404); check installID and url'],
    [{ repositories: ['none'] }, undefined, 'invalid: GithubAccessToken consumer/it: GitHub does not give these repositories or permissions (HTTP 422); the installation must have them'],
    [{ installID: '../../user' }, undefined, 'invalid: GithubAccessToken consumer/it: spec.installID: must be the number of an installation'],
  ])('is not given to %j with %j', async (more, key, message) => {
    expect(await stage.failure(specOf(server.url, more, key))).toBe(message);
  });

  it('is waited for as long as GitHub says, which it does with 403 too', async () => {
    const reset = String(Math.floor(Date.now() / 1000) + 60);
    server.answer({ status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset } });
    expect(await stage.failure(specOf(server.url))).toMatch(/^throttled: .*\(HTTP 403\) \(retry after (59|60)[0-9]{3} ms\)$/);
    server.answer({ status: 403, headers: { 'retry-after': '30' } });
    expect(await stage.failure(specOf(server.url))).toMatch(/^throttled: .*\(retry after 30000 ms\)$/);
  });

  it('is missing from an answer that is not GitHub’s', async () => {
    server.answer({ status: 200, body: { token: 5 } });

    expect(await stage.failure(specOf(server.url))).toBe('unavailable: GithubAccessToken consumer/it: GitHub answers without a token');
  });
});
