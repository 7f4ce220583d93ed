import { z } from 'zod';
import type { NoticeEvent } from '../../src/provider/notice-source.ts';
import { parseSecretName } from './events-place.ts';

/** A message of Pub/Sub, as pushed and as pulled. Its data is not read: it is the secret's metadata, and attributes say what is to be known. */
export const pubsubMessage = z.object({
  messageId: z.string().min(1).max(256),
  attributes: z.record(z.string().max(256), z.string().max(1024)).optional(),
});

/** Numbers of projects, as messages have them, with their ids, as stores have them. */
export const gcpProjects = z
  .record(z.string().regex(/^\d{1,20}$/, 'must be the number of a project'), z.string().regex(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/, 'must be the id of a project'))
  .describe('Projects by their numbers: messages name a project by its number, stores by its id. Events of others are ignored. Absent: an event concerns stores of any project.');

/** After these a value may be another, or found by another search. That it is time to rotate a secret changes nothing yet. */
const changes: ReadonlySet<string> = new Set([
  'SECRET_CREATE',
  'SECRET_UPDATE',
  'SECRET_DELETE',
  'SECRET_VERSION_ADD',
  'SECRET_VERSION_ENABLE',
  'SECRET_VERSION_DISABLE',
  'SECRET_VERSION_DESTROY',
  'SECRET_VERSION_DESTROY_SCHEDULED',
]);

/** Reads what Secret Manager tells; undefined where it is no message of Secret Manager. */
export function parseGcpMessage({ messageId: id, attributes = {} }: z.output<typeof pubsubMessage>, projects: z.output<typeof gcpProjects> | undefined): NoticeEvent | undefined {
  const { eventType, secretId, versionId } = attributes;
  if (eventType === undefined) return undefined;
  const name = parseSecretName(secretId ?? versionId ?? '');
  if (name === undefined) return changes.has(eventType) ? undefined : { id, notices: [] };
  const project = projects === undefined ? undefined : Object.hasOwn(projects, name.project) ? projects[name.project] : Object.values(projects).find((one) => one === name.project);
  if (!changes.has(eventType) || (projects !== undefined && project === undefined)) return { id, notices: [] };
  return { id, notices: [{ provider: 'gcpsm', scope: { location: name.location, ...(project === undefined ? {} : { project }) }, keys: [name.secret] }] };
}
