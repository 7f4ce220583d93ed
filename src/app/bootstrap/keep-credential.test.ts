import { describe, expect, it } from 'vitest';
import { SecretBytes } from '../../lib/secret-bytes.ts';
import { parseGitUrl } from '../../gitops/source/git-url.ts';
import { readRepositorySecret } from '../../gitops/source/credentials/repository-credential.ts';
import type { KubeObject } from '../../api/object.ts';
import { BootstrapError } from './bootstrap-error.ts';
import type { BootstrapOptions, BroughtCredential } from './bootstrap-options.ts';
import { type CredentialPlan, planCredential } from './keep-credential.ts';
import { credentialFor, credentialSecret, type FoundCredential, inPlaceOf, publicKeyOf } from './repository-credential.ts';

const ssh = 'git@git.example:acme/testnets.git';
const https = 'https://git.example/acme/testnets.git';
const key = (text: string): BroughtCredential => ({ kind: 'ssh', privateKey: SecretBytes.fromUtf8(text) });
const login: BroughtCredential = { kind: 'login', username: SecretBytes.fromUtf8('bot'), password: SecretBytes.fromUtf8('a-token-of-bot') };

function options(url: string, more: Partial<BootstrapOptions['repository']> = {}, rest: Partial<BootstrapOptions> = {}): BootstrapOptions {
  return { repository: { url, revision: 'main', path: '.', ...more }, namespace: 'prelude', name: 'main', controller: { isInstalled: true }, timeout: 1_000, ...rest };
}

function found(secret: KubeObject): FoundCredential {
  const credential = readRepositorySecret(secret);
  if (credential === undefined) throw new Error('that is no repository Secret');
  return { secret, credential };
}

const decide = (asked: BootstrapOptions, there?: FoundCredential): CredentialPlan => planCredential(asked, parseGitUrl(asked.repository.url), there);
const renamed = ({ metadata, ...secret }: KubeObject, name: string): KubeObject => ({ ...secret, metadata: { ...metadata, name } });

describe('where the credential of the repository comes from', () => {
  it('is a new key over ssh, and nowhere over https', () => {
    expect(decide(options(ssh))).toEqual({ kind: 'make' });
    expect(decide(options(https))).toEqual({ kind: 'none' });
  });

  it('is what is there already, whoever made it: a key that is registered stays', () => {
    const own = found(credentialSecret(options(ssh), key('one')));
    const other = found(renamed(own.secret, 'theirs'));

    expect(decide(options(ssh), own)).toEqual({ kind: 'keep', secret: own.secret });
    expect(decide(options(ssh), other)).toEqual({ kind: 'keep', secret: other.secret });
    expect(decide(options(ssh, { credential: key('one') }), other)).toEqual({ kind: 'keep', secret: other.secret });
  });

  it('is what the person brings, instead of what an earlier run wrote, and never instead of what others keep', () => {
    const own = found(credentialSecret(options(ssh), key('one')));
    const two = options(ssh, { credential: key('two') });
    const owned = found({ ...own.secret, metadata: { ...own.secret.metadata, ownerReferences: [{ apiVersion: 'bitnami.com/v1alpha1', kind: 'SealedSecret', name: 'repo-main', uid: '1' }] } });

    expect(decide(two)).toMatchObject({ kind: 'write' });
    expect(decide(two, own)).toMatchObject({ kind: 'write', before: own.secret });
    expect(() => decide(two, found(renamed(own.secret, 'theirs')))).toThrow('Secret prelude/theirs holds a credential for this repository already');
    expect(() => decide(two, owned)).toThrow('Secret prelude/repo-main is that of SealedSecret repo-main');
  });

  it('is told to be of the wrong kind for the URL', () => {
    expect(() => decide(options(https, { credential: key('one') }))).toThrow('an SSH key is for a repository over ssh');
    expect(() => decide(options(ssh, { credential: login }))).toThrow('a user name and a password are for a repository over https');
    expect(decide(options(https, { credential: login }))).toMatchObject({ kind: 'write' });
  });

  it('is a sealed file that is there, which must be one SealedSecret of the namespace', () => {
    const sealed = 'apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: repo-main, namespace: prelude}\nspec: {encryptedData: {url: AgA=}}\n';
    const from = (text: string): CredentialPlan => decide(options(ssh, {}, { sealTo: { path: 'key.yaml', text } }));

    expect(from(sealed)).toMatchObject({ kind: 'open', path: 'key.yaml', sealed: { metadata: { name: 'repo-main' } } });
    expect(() => from(sealed.replace('namespace: prelude', 'namespace: argocd'))).toThrow('key.yaml is for namespace argocd');
    expect(() => from(`${sealed}---\n${sealed}`)).toThrow('key.yaml is not one SealedSecret');
    expect(() => from('kind: [')).toThrow(/^key\.yaml: /);
    expect(() => from(sealed.replace('SealedSecret', 'Secret'))).toThrow(/^key\.yaml: kind/);
  });

  it('is what the person brings instead of a sealed file, which must be that of the same Secret', () => {
    const sealed = 'apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: repo-main, namespace: prelude}\nspec: {encryptedData: {url: AgA=}}\n';
    const into = (text: string): CredentialPlan => decide(options(ssh, { credential: key('two') }, { sealTo: { path: 'key.yaml', text } }));

    expect(into(sealed)).toMatchObject({ kind: 'write', wanted: { metadata: { name: 'repo-main' } } });
    expect(() => into(sealed.replace('repo-main', 'repo-other'))).toThrow('key.yaml is SealedSecret prelude/repo-other, and the credential is for Secret prelude/repo-main');
    expect(() => into('a: file of something else\n')).toThrow('key.yaml is not one SealedSecret');
  });

  it('keeps the host keys that a Secret holds where the person names none', () => {
    const own = found(credentialSecret(options(ssh, { knownHosts: 'git.example ssh-ed25519 AAAA\n' }), key('one')));

    expect(decide(options(ssh, { credential: key('one') }), own)).toMatchObject({ kind: 'keep' });
    expect(decide(options(ssh, { credential: key('two') }), own)).toMatchObject({ kind: 'write', wanted: { data: { known_hosts: Buffer.from('git.example ssh-ed25519 AAAA\n').toString('base64') } } });
  });

  it('takes the place of another one, and leaves what others have written on the Secret', () => {
    const before = credentialSecret(options(ssh), key('one'), 'ssh-ed25519 AAAA');
    const wanted = credentialSecret(options(ssh), key('two'));
    const noted = { ...before, metadata: { ...before.metadata, uid: '1', resourceVersion: '7', labels: { ...before.metadata.labels, team: 'ours' }, annotations: { ...before.metadata.annotations, note: 'ours' } } };

    expect(inPlaceOf(noted, wanted).metadata).toEqual({ ...wanted.metadata, uid: '1', resourceVersion: '7', labels: { ...wanted.metadata.labels, team: 'ours' }, annotations: { ...wanted.metadata.annotations, note: 'ours' } });
    expect(publicKeyOf(inPlaceOf(noted, wanted))).toBeUndefined();
  });

  it('has the host keys that the person names, or says that they differ', () => {
    const own = found(credentialSecret(options(ssh, { knownHosts: 'git.example ssh-ed25519 AAAA\n' }), key('one')));

    expect(decide(options(ssh, { knownHosts: 'git.example ssh-ed25519 AAAA' }), own)).toMatchObject({ kind: 'keep' });
    expect(() => decide(options(ssh, { knownHosts: 'git.example ssh-ed25519 BBBB' }), own)).toThrow(/its known_hosts are others/);
  });

  it('is not one that the controller would not use either', () => {
    const bad = credentialSecret(options(ssh), key('one'));
    const refused = found({ ...bad, data: { ...(bad['data'] as object), insecure: Buffer.from('true').toString('base64') } });

    expect(() => credentialFor([refused], ssh)).toThrow(BootstrapError);
    expect(credentialFor([found(bad)], ssh)?.secret).toBe(bad);
    expect(credentialFor([found(bad)], https)).toBeUndefined();
  });
});
