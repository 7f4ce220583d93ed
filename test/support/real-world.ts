import { expect, inject, vi } from 'vitest';
import { z } from 'zod';
import { openCluster } from '../../src/kube/open-cluster.ts';
import { readAuditLog } from './parts/audit-log.ts';
import { askApiServer } from './ask-api-server.ts';
import { readCrdFile } from './crd-examples.ts';
import { customResourceDefinitions } from './crds.ts';
import { type ControlPlane, startControlPlane } from './parts/control-plane.ts';
import type { AuditEntry } from './parts/audit-log.ts';
import type { World } from './secret-stage.ts';

export interface RealWorld extends World {
  /** Closes nothing: several stages share the world, and `stop` ends it. */
  readonly close: () => Promise<void>;
  readonly stop: () => Promise<void>;
  /** The admin's: for processes. */
  readonly kubeconfig: string;
  /** A kubeconfig for somebody else. */
  readonly kubeconfigFor: ControlPlane['kubeconfigFor'];
  /** Every request the API server has answered so far. */
  readonly audit: () => readonly AuditEntry[];
}

/**
 * A control plane of its own with our CRDs, because controllers that see every namespace would meet the objects of other tests
 * on the shared one.
 */
export async function openRealWorld(): Promise<RealWorld> {
  const controlPlane = await startControlPlane(inject('parts'));
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  for (const name of customResourceDefinitions().keys()) {
    const { status } = await askApiServer(controlPlane, { method: 'POST', path, body: readCrdFile(name) });
    expect(status).toBe(201);
  }
  const established = z.object({ items: z.array(z.object({ status: z.object({ conditions: z.array(z.object({ type: z.literal('NamesAccepted').or(z.literal('Established')), status: z.literal('True') })).length(2) }) })) });
  await vi.waitFor(async () => established.parse((await askApiServer(controlPlane, { method: 'GET', path })).body), { timeout: 10_000 });
  const cluster = await openCluster({ kubeconfig: controlPlane.kubeconfig, userAgent: 'prelude/test' });
  return {
    cluster,
    kubeconfig: controlPlane.kubeconfig,
    kubeconfigFor: controlPlane.kubeconfigFor,
    audit: () => readAuditLog(controlPlane.auditLog),
    close: () => Promise.resolve(),
    stop: async () => {
      await cluster.close();
      await controlPlane.stop();
    },
  };
}
