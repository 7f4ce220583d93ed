import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { generateSealingKey } from '../../seal/generate-key.ts';
import { KeyRing } from '../../seal/key-ring.ts';
import { openItems, readSealedManifest } from '../../seal/sealed-manifest.ts';
import { readManifests } from '../../seal/manifest.ts';
import { readSealingKey } from '../../seal/sealing-key.ts';
import { SecretBytes } from '../../lib/secret-bytes.ts';
import { credentialSecret } from './repository-credential.ts';
import { readSealedCredential, sealCredential } from './sealed-credential.ts';

it('seals a credential so that it comes back as a repository Secret, with nothing of it in plain text', async () => {
  const now = Date.now();
  const { certificatePem, keyPem } = await generateSealingKey({ bits: 2048, validFor: 3_600_000, commonName: '', now, randomBytes });
  const privateKey = SecretBytes.fromUtf8('a-private-key-of-a-repository');
  const repository = { url: 'git@git.example:acme/testnets.git', revision: 'main', path: '.', knownHosts: 'git.example ssh-ed25519 AAAA' };
  const secret = credentialSecret({ repository, namespace: 'prelude', name: 'main' }, { kind: 'ssh', privateKey }, 'ssh-ed25519 AAAA prelude-main');

  const text = await sealCredential(secret, certificatePem, { now: () => now });

  expect(text).not.toContain('git.example');
  expect(text).not.toContain(Buffer.from(privateKey.reveal()).toString('base64'));
  expect(readSealedCredential(text, 'key.yaml', 'prelude').metadata).toEqual({ name: 'repo-main', namespace: 'prelude' });
  const [manifest] = readManifests(text, 'key.yaml');
  const sealed = readSealedManifest(manifest!);
  expect(sealed.template.labels).toEqual(new Map([['argocd.argoproj.io/secret-type', 'repository']]));
  expect(sealed.template.annotations).toEqual(new Map([['prelude.dev/deploy-key', 'ssh-ed25519 AAAA prelude-main']]));
  const ring = new KeyRing([readSealingKey(certificatePem, Buffer.from(keyPem.reveal()).toString(), 'the key')]);
  const items = await openItems(sealed, ring);
  expect(items.map(({ key, kind }) => `${key} ${kind}`).toSorted()).toEqual(['known_hosts opened', 'sshPrivateKey opened', 'type opened', 'url opened']);
});
