import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { KubeObject } from '../../../src/api/object.ts';
import { applicationType, clusterSecretStoreType } from '../../../src/kube/resource-types.ts';
import { parseYaml } from '../../../src/lib/yaml.ts';
import { startGitHttpsServer } from '../../support/git-https-server.ts';
import type { ControllerOptions } from '../../support/controller-process.ts';
import type { PartPaths } from '../../support/parts/build.ts';
import { freePorts } from '../../support/parts/free-ports.ts';
import { awsStore, startTestnet, type Testnet } from '../../support/testnet.ts';
import type { BenchTestnet } from './testnets.ts';

/** A cluster, a provider, and a repository behind https whose questions are counted. */
export interface GitStage extends AsyncDisposable {
  readonly testnet: Testnet;
  /** As Applications have it. */
  readonly repoURL: string;
  /** Writes testnets to the work tree of the repository, and what they need to the provider. */
  readonly write: (testnets: readonly BenchTestnet[]) => Promise<void>;
  /** How often somebody has asked the repository's server what its branches stand for. */
  readonly listings: () => number;
  /** How often somebody has fetched. */
  readonly fetches: () => number;
  /** Tells of a push as GitHub does. */
  readonly tellPush: () => Promise<void>;
  /** Flags and environment of a controller that reads it, with a port of its own for pushes. */
  readonly options: () => Promise<ControllerOptions>;
}

const never = new AbortController().signal;
const key = 'the secret of a webhook, of enough bytes';

/** Starts it all, without an Application and with a store for testnets. */
export async function openGitStage(parts: PartPaths): Promise<GitStage> {
  const testnet = await startTestnet({ parts });
  const { cluster, aws, remote } = testnet;
  for (const name of ['stores', 'devnet']) await cluster.delete(applicationType, { namespace: 'argocd', name }, {}, never);
  await cluster.create(clusterSecretStoreType, parseYaml(awsStore)[0]?.value as KubeObject, { fieldManager: 'bench' }, never);
  const folder = mkdtempSync(join(tmpdir(), 'prelude-bench-git-'));
  const bare = fileURLToPath(remote.url);
  const asked = { listings: 0, fetches: 0 };
  const server = await startGitHttpsServer(dirname(bare), (request) => {
    // the words of git's protocol, version 2
    request.on('data', (chunk: Buffer) => {
      if (chunk.includes('command=ls-refs')) asked.listings += 1;
      if (chunk.includes('command=fetch')) asked.fetches += 1;
    });
    return undefined;
  });
  const repoURL = `${server.url}${bare.slice(dirname(bare).length)}`;
  let port = 0;
  writeFileSync(join(folder, 'ca.pem'), server.ca);
  writeFileSync(join(folder, 'key'), key);
  writeFileSync(join(folder, 'events.yaml'), `secretsFolder: ${folder}\nsources:\n  - {name: hub, type: github, secrets: [{key: key}]}\n`);
  const flags = ['--poll-interval', '10s', '--git-protocols', 'https', '--git-allow-loopback', '--log-level', 'info', '--events-config', join(folder, 'events.yaml')];
  return {
    testnet,
    repoURL,
    write: async (testnets) => {
      for (const { files, remote: values } of testnets) {
        for (const [path, text] of files) await remote.write(path, text);
        for (const [name, value] of values) aws.set(name, value);
      }
    },
    listings: () => asked.listings,
    fetches: () => asked.fetches,
    tellPush: () => tellPush(`http://127.0.0.1:${port}/v1/events/hub`, repoURL),
    options: async () => {
      // found only now: others on the machine look for ports, too
      [port = 0] = await freePorts(1);
      return { kubeconfig: testnet.kubeconfig, args: [...testnet.args, ...flags, '--events-listen', `127.0.0.1:${port}`], env: { ...testnet.env, GIT_SSL_CAINFO: join(folder, 'ca.pem') }, readyWithin: 120_000 };
    },
    [Symbol.asyncDispose]: async () => {
      await server.close();
      await testnet[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    },
  };
}

async function tellPush(url: string, repoURL: string): Promise<void> {
  const body = JSON.stringify({ ref: 'refs/heads/main', repository: { clone_url: repoURL } });
  const signature = createHmac('sha256', key).update(body).digest('hex');
  const answer = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', 'x-github-event': 'push', 'x-github-delivery': `delivery-${Math.random()}`, 'x-hub-signature-256': `sha256=${signature}` } });
  if (answer.status !== 202) throw new Error(`the push was answered with ${answer.status}: ${await answer.text()}`);
}
