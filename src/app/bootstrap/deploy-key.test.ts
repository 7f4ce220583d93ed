import { createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readOpenSshKey } from '../../../test/support/open-ssh-key.ts';
import { makeDeployKey, placeToRegister } from './deploy-key.ts';

describe('a deploy key', () => {
  it('is an ed25519 pair that OpenSSH reads, whose halves belong together, and another one each time', async () => {
    const [one, other] = await Promise.all([makeDeployKey('prelude-main'), makeDeployKey('prelude-main')]);

    const { privateKey, comment, publicBlob } = readOpenSshKey(Buffer.from(one.privateKey.reveal()).toString());

    expect(privateKey.asymmetricKeyType).toBe('ed25519');
    expect(comment).toBe('prelude-main');
    expect(one.publicKey).toBe(`ssh-ed25519 ${publicBlob} prelude-main`);
    expect(Buffer.from(publicBlob, 'base64').subarray(-32).toString('base64url')).toBe(createPublicKey(privateKey).export({ format: 'jwk' }).x);
    expect(other.publicKey).not.toBe(one.publicKey);
  });

  it.each([
    ['git@github.com:acme/testnets.git', 'https://github.com/acme/testnets/settings/keys/new'],
    ['ssh://git@github.com/acme/testnets', 'https://github.com/acme/testnets/settings/keys/new'],
    ['git@gitlab.com:acme/group/testnets.git', 'https://gitlab.com/acme/group/testnets/-/settings/repository#js-deploy-keys-settings'],
    ['git@bitbucket.org:acme/testnets.git', 'https://bitbucket.org/acme/testnets/admin/access-keys/'],
    ['ssh://git@git.example:7999/acme/testnets.git', 'the deploy keys of the repository on git.example'],
  ])('of %s is registered with %s', (url, place) => {
    expect(placeToRegister(url)).toBe(place);
  });
});
