import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cluster } from '../../src/kube/port.ts';
import { namespaceType } from '../../src/kube/resource-types.ts';
import { accessClauses } from './cluster/access.ts';
import { applyClauses } from './cluster/apply.ts';
import { type Bench, type Clause, manager, patience } from './cluster/clause.ts';
import { lifecycleClauses } from './cluster/lifecycle.ts';
import { objectsClauses } from './cluster/objects.ts';
import { readsClauses } from './cluster/reads.ts';
import { watchesClauses } from './cluster/watches.ts';

/** A clause that a cluster does not keep, by its title: why, and a test that it refuses as documented instead. */
export interface Exemption {
  readonly because: string;
  readonly instead: (bench: Bench) => Promise<void>;
}

const clauses: readonly Clause[] = [...objectsClauses, ...applyClauses, ...readsClauses, ...watchesClauses, ...lifecycleClauses, ...accessClauses];

/**
 * What every cluster behind the port must keep, whatever it is made of. The cluster must serve the built-in kinds, and whoever
 * opens it must be allowed everything.
 */
export function clusterContract(name: string, open: () => Promise<{ readonly cluster: Cluster; readonly close: () => Promise<void> }>, exemptions: Readonly<Record<string, Exemption>> = {}): void {
  describe(`the cluster contract, kept by ${name}`, () => {
    const { signal } = new AbortController();
    const namespaces: string[] = [];
    let opened: Awaited<ReturnType<typeof open>>;

    beforeAll(async () => {
      opened = await open();
    });
    afterAll(async () => {
      for (const name of namespaces) await opened.cluster.delete(namespaceType, { name }, {}, signal);
      await opened.close();
    });

    for (const [title, run] of clauses) {
      const exemption = exemptions[title];
      it(exemption === undefined ? title : `${title} (exempt: ${exemption.because})`, { timeout: 2 * patience }, async () => {
        const namespace = `contract-${randomUUID().slice(0, 13)}`;
        namespaces.push(namespace);
        await opened.cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, manager, signal);
        await (exemption?.instead ?? run)({ cluster: opened.cluster, namespace, signal });
      });
    }

    it('has no exemption for a clause that does not exist', () => {
      expect(Object.keys(exemptions).filter((title) => !clauses.some(([clause]) => clause === title))).toEqual([]);
    });
  });
}
