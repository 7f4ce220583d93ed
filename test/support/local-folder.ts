import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import type { KubeObject } from '../../src/api/object.ts';
import { openLocalCluster, type LocalClusterOptions } from '../../src/kube/local/local-cluster.ts';
import type { Cluster, ResourceType } from '../../src/kube/port.ts';
import { externalSecretType, secretType } from '../../src/kube/resource-types.ts';
import { systemClock } from '../../src/lib/clock.ts';

/** Who writes in tests of the local cluster. */
export const us = { fieldManager: 'us' };
export const { signal } = new AbortController();

/** A folder for a local cluster, another one for each test of the file that asks for it. */
export class LocalFolder {
  /** Does not exist at first. */
  dir = '';
  /** What the clusters in it have reported, as `file: problem`. */
  problems: string[] = [];
  readonly #clusters: Cluster[] = [];

  constructor() {
    beforeEach(() => this.renew());
    afterEach(async () => {
      for (const cluster of this.#clusters.splice(0)) await cluster.close();
      rmSync(join(this.dir, '..'), { recursive: true });
    });
  }

  renew(): void {
    if (this.dir !== '') rmSync(join(this.dir, '..'), { recursive: true, force: true });
    this.dir = join(mkdtempSync(join(tmpdir(), 'local-cluster-')), 'cluster');
    this.problems = [];
  }

  /** Opens a cluster in the folder; it is closed after the test. */
  async open(options: Partial<LocalClusterOptions> = {}): Promise<Cluster> {
    const onProblem: LocalClusterOptions['onProblem'] = ({ file, problem }) => void this.problems.push(`${file}: ${problem}`);
    const cluster = await openLocalCluster({ dir: this.dir, types: [externalSecretType], clock: systemClock, onProblem, ...options });
    this.#clusters.push(cluster);
    return cluster;
  }

  /** The file of a Secret in the namespace `default`. */
  fileOf(name: string): string {
    return join(this.dir, 'default', 'Secret', `${name}.yaml`);
  }

  edit(file: string, change: (text: string) => string): void {
    writeFileSync(file, change(readFileSync(file, 'utf8')));
  }
}

/** A Secret in the namespace `default`. */
export function secret(name: string, data: Readonly<Record<string, string>> = { key: 'dmFsdWU=' }): KubeObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'default' }, data };
}

export function getSecret(cluster: Cluster, name: string): Promise<KubeObject | undefined> {
  return cluster.get(secretType, { namespace: 'default', name }, signal);
}

/** The resourceVersion to watch from. */
export async function versionOf(cluster: Cluster, type: ResourceType): Promise<string> {
  for await (const page of cluster.pages(type, {}, signal)) return page.resourceVersion;
  return expect.fail('a list has at least one page');
}
