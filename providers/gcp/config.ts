import { z } from 'zod';
import type { SecretKeySelector, ServiceAccountSelector } from '../../src/provider/contract.ts';
import { serviceAccountSelector } from '../../src/provider/field.ts';
import type { Federation } from './spec.ts';
import { gcpSecretRef, workloadIdentityFederation } from './spec.ts';

/** Workload Identity of a store: what is absent, the machine knows that Prelude runs on. */
export interface StoreWorkload {
  readonly serviceAccountRef: ServiceAccountSelector;
  readonly clusterLocation?: string;
  readonly clusterName?: string;
  readonly clusterProjectID?: string;
}

/** As whom the store asks. Of several ways that `auth` says, the first of this list. */
export type GcpAuth =
  | { readonly way: 'key'; readonly secretRef: { readonly secretAccessKeySecretRef: SecretKeySelector } }
  | { readonly way: 'workload'; readonly workloadIdentity: StoreWorkload }
  | { readonly way: 'federation'; readonly workloadIdentityFederation: Federation }
  /** As Prelude itself. */
  | { readonly way: 'own' };

/** What `spec.provider.gcpsm` comes to. */
export interface GcpConfig {
  /** Absent: that of the machine. */
  readonly projectID?: string;
  readonly location?: string;
  /** Where the latest version cannot be read, the newest that can. */
  readonly skipsDisabled: boolean;
  readonly auth: GcpAuth;
}

/** A part of the names of Google's resources, or of a host; empty text counts as absent, as upstream has it. */
function namePart(pattern: RegExp, what: string): z.ZodString {
  return z.string().max(100).regex(pattern, `must be ${what}`);
}

const project = /^$|^[a-z0-9][a-z0-9.:-]*$/;
const region = /^$|^[a-z0-9]+(-[a-z0-9]+)*$/;

const workloadIdentity = z
  .strictObject({
    serviceAccountRef: serviceAccountSelector().describe('The service account of the cluster; its annotation `iam.gke.io/gcp-service-account` names whom it acts as.'),
    clusterLocation: namePart(region, 'a location of Google, like europe-west1').exactOptional().describe('The location of the cluster; absent: that of the cluster Prelude runs in.'),
    clusterName: namePart(region, 'the name of a cluster').exactOptional().describe('The name of the cluster; absent: that of the cluster Prelude runs in.'),
    clusterProjectID: namePart(project, 'the id of a project of Google').exactOptional().describe('The project of the cluster; `projectID` where absent.'),
  })
  .describe('Workload Identity of a GKE cluster.');

const auth = z
  .strictObject({
    secretRef: gcpSecretRef.exactOptional(),
    workloadIdentity: workloadIdentity.exactOptional(),
    workloadIdentityFederation: workloadIdentityFederation.exactOptional(),
  })
  .describe('How to authenticate to Google; of several ways the first counts. Absent: as Prelude itself.');

/** `spec.provider.gcpsm`: every field that External Secrets has. */
export const gcpConfig: z.ZodType<GcpConfig> = z
  .strictObject({
    projectID: namePart(project, 'the id of a project of Google').exactOptional().describe('The project of the secrets; absent: that of the machine Prelude runs on.'),
    location: namePart(region, 'a location of Google, like europe-west1').exactOptional().describe('The region of the secrets, where they are regional.'),
    secretVersionSelectionPolicy: z.enum(['LatestOrFail', 'LatestOrFetch']).exactOptional().describe('What is read where the latest version is disabled or destroyed: nothing, or the newest that is enabled.'),
    auth: auth.exactOptional(),
  })
  .refine(({ projectID = '', auth: ways }) => projectID !== '' || ways?.secretRef === undefined, { path: ['projectID'], error: 'is required with auth.secretRef' })
  .transform(({ projectID = '', location = '', secretVersionSelectionPolicy, auth: ways = {} }): GcpConfig => ({
    ...(projectID === '' ? {} : { projectID }),
    ...(location === '' ? {} : { location }),
    skipsDisabled: secretVersionSelectionPolicy === 'LatestOrFetch',
    auth: chosen(ways),
  }))
  .describe('Google Secret Manager.');

function chosen({ secretRef, workloadIdentity: workload, workloadIdentityFederation: federation }: z.output<typeof auth>): GcpAuth {
  if (secretRef !== undefined) return { way: 'key', secretRef };
  if (workload !== undefined) return { way: 'workload', workloadIdentity: withoutEmpty(workload) };
  if (federation !== undefined) return { way: 'federation', workloadIdentityFederation: federation };
  return { way: 'own' };
}

function withoutEmpty({ serviceAccountRef, clusterLocation = '', clusterName = '', clusterProjectID = '' }: StoreWorkload): StoreWorkload {
  return {
    serviceAccountRef,
    ...(clusterLocation === '' ? {} : { clusterLocation }),
    ...(clusterName === '' ? {} : { clusterName }),
    ...(clusterProjectID === '' ? {} : { clusterProjectID }),
  };
}
