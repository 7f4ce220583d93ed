import { ProviderError } from '../../src/provider/provider-error.ts';

/** Where a store's secrets are: in a project, replicated, or in one region of it. */
export interface ProjectLocation {
  readonly projectID: string;
  /** Absent: the secrets of all regions. */
  readonly location?: string;
}

/** What Google takes as the id of a secret. */
const secretId = /^[A-Za-z0-9_-]{1,255}$/;
/** A number, `latest`, or an alias. */
const versionId = /^[A-Za-z0-9_-]{1,63}$/;

/** The resource that secrets are listed in and made in. */
export function parentOf({ projectID, location }: ProjectLocation): string {
  return location === undefined ? `projects/${projectID}` : `projects/${projectID}/locations/${location}`;
}

/** The resource of a secret. @throws ProviderError `invalid` for a key that could lead anywhere else */
export function secretOf(where: ProjectLocation, key: string): string {
  if (secretId.test(key)) return `${parentOf(where)}/secrets/${key}`;
  throw new ProviderError('invalid', 'the key cannot be the name of a secret: 1 to 255 letters, digits, - and _');
}

/** The resource of a version of a secret. @throws ProviderError `invalid` */
export function versionOf(secret: string, version: string): string {
  if (versionId.test(version)) return `${secret}/versions/${version}`;
  throw new ProviderError('invalid', 'the version must be a number, latest, or an alias: 1 to 63 letters, digits, - and _');
}

/** The key in the resource that an answer names: Google puts the project's number in place of its id. */
export function keyOf(resource: string): string | undefined {
  return /^projects\/[^/]+(?:\/locations\/[^/]+)?\/secrets\/([^/]+)(?:\/versions\/\d+)?$/.exec(resource)?.[1];
}

/** The number of the version that an answer names. */
export function versionNumber(resource: string): number | undefined {
  const [, number] = /\/versions\/(\d+)$/.exec(resource) ?? [];
  return number === undefined ? undefined : Number(number);
}
