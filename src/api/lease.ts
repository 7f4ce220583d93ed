import { z } from 'zod';
import type { KubeObject, ObjectKey } from './object.ts';

/** What a Lease says of who leads. Times in it are for people: clocks of machines differ, so nothing is decided by them. */
export interface LeaseRecord {
  /** Empty: nobody, it was given back. */
  readonly holder: string;
  /** Milliseconds after which a holder that was not seen to renew it has lost it. */
  readonly duration: number;
  readonly transitions: number;
  /** As the holder wrote it; another text is another renewal. */
  readonly renewTime: string;
  readonly acquireTime: string;
}

const leaseSpec = z.object({
  holderIdentity: z.string().catch(''),
  leaseDurationSeconds: z.number().int().positive().catch(15),
  leaseTransitions: z.number().int().nonnegative().catch(0),
  renewTime: z.string().catch(''),
  acquireTime: z.string().catch(''),
});

/** Reads a Lease, whoever wrote it: what is missing or wrong counts as not said. */
export function parseLease(object: KubeObject): LeaseRecord {
  const { holderIdentity: holder, leaseDurationSeconds, leaseTransitions: transitions, renewTime, acquireTime } = leaseSpec.catch(leaseSpec.parse({})).parse(object['spec']);
  return { holder, duration: leaseDurationSeconds * 1000, transitions, renewTime, acquireTime };
}

/** The Lease as it is written; of one that is there, all that is not ours stays. */
export function leaseObject({ namespace, name }: Required<ObjectKey>, { holder, duration, transitions, renewTime, acquireTime }: LeaseRecord, live?: KubeObject): KubeObject {
  const spec = { holderIdentity: holder, leaseDurationSeconds: Math.max(1, Math.round(duration / 1000)), leaseTransitions: transitions, renewTime, acquireTime };
  return { ...live, apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: live?.metadata ?? { namespace, name }, spec };
}

/** MicroTime, as Kubernetes writes it. */
export function microTime(now: number): string {
  return new Date(now).toISOString().replace('Z', '000Z');
}
