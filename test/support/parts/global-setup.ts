import type { TestProject } from 'vitest/node';
import { buildParts, type PartPaths } from './build.ts';
import { type ControlPlaneFacts, startControlPlane } from './control-plane.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The control plane that all tests of a run share; each test makes namespaces of its own. */
    readonly controlPlane: ControlPlaneFacts;
    /** The programs that tests run, or start control planes of their own with. */
    readonly parts: PartPaths;
  }
}

/** Builds the real parts where they are not built yet, and starts one control plane for the whole run. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const paths = await buildParts((line) => console.error(line));
  const { server, ca, adminToken, kubeconfig, auditLog, stop } = await startControlPlane(paths);
  project.provide('controlPlane', { server, ca, adminToken, kubeconfig, auditLog });
  project.provide('parts', paths);
  return stop;
}
