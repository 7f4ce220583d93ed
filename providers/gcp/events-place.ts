import { z } from 'zod';
import type { PlaceOf } from '../../src/provider/change-notice.ts';

/** As much of `spec.provider.gcpsm` as says where values live. */
const gcpStore = z.object({
  projectID: z.string().optional(),
  location: z.string().optional(),
  auth: z.object({ workloadIdentity: z.object({ clusterProjectID: z.string().optional() }).optional() }).optional(),
});

/** What the scope of a secret without a location is called. */
const everywhere = 'global';

const secretName = /^projects\/([^/]+)\/(?:locations\/([^/]+)\/)?secrets\/([^/]+)(?:\/versions\/[^/]+)?$/;

/** Where a store of Google Secret Manager reads: its location, and its project where it tells one. */
export const placeOfGcp: PlaceOf = (config) => {
  const parsed = gcpStore.safeParse(config);
  if (!parsed.success) return undefined;
  const { projectID, location = '', auth } = parsed.data;
  const project = projectID ?? auth?.workloadIdentity?.clusterProjectID ?? '';
  return {
    scope: { location: location === '' ? everywhere : location, ...(project === '' ? {} : { project }) },
    keysOf: (remoteKey) => [parseSecretName(remoteKey)?.secret ?? remoteKey],
  };
};

/** The parts of `projects/<project>/secrets/<secret>`, regional or not, with or without a version. */
export function parseSecretName(name: string): { readonly project: string; readonly location: string; readonly secret: string } | undefined {
  const [, project, location = everywhere, secret] = secretName.exec(name) ?? [];
  return project === undefined || secret === undefined ? undefined : { project, location, secret };
}
