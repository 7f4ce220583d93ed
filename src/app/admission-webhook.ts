import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { ProviderRegistry } from '../provider/registry.ts';
import { createAdmissionServer } from '../server/admission.ts';
import type { HoldsPod } from '../server/gate-pod.ts';
import type { Server } from '../server/listen-at.ts';
import type { AdmissionOptions } from './options.ts';
import { shippedChecks } from './shipped-checks.ts';

export interface AdmissionSurroundings {
  readonly registry: ProviderRegistry;
  /** Absent: no pod is held. */
  readonly holdsPod?: HoldsPod;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Serves the admission webhook, which judges objects with the controllers' own parsers, and holds pods where that is asked for.
 * @returns the server, or why there is none, for a person
 */
export async function startAdmissionWebhook({ listen: { host, port }, certFolder }: AdmissionOptions, { registry, clock, log, holdsPod }: AdmissionSurroundings): Promise<Server | string> {
  try {
    return await createAdmissionServer({ host, port, certFolder, check: shippedChecks(registry), clock, log, ...(holdsPod === undefined ? {} : { holdsPod }) });
  } catch (error) {
    return `the admission webhook cannot be served on ${host} port ${port}: ${error instanceof Error ? error.message : 'unknown'}`;
  }
}
