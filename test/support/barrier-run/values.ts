import { createHash } from 'node:crypto';
import type { RunSecret, Scenario } from './scenario.ts';

/** The annotation of every object of a chart that says which revision it is of, counted from 1. */
export const revisionAnnotation = 'barrier-run.example/revision';

/** The name under which the provider holds a value. */
export function remoteKey(secret: string, key: string, version: number): string {
  return `${secret}/${key}/v${version}`;
}

/** What the provider holds under a name: any name has a value, so that a wrong one is seen by it. */
export function remoteValue(namespace: string, remote: string): string {
  return `${namespace}: value of ${remote}`;
}

/** What a key of a Secret must hold at a version. */
export function valueOf(namespace: string, secret: string, key: string, version: number): string {
  return remoteValue(namespace, remoteKey(secret, key, version));
}

/** @param revision counted from 1 */
export function versionAt({ versions }: RunSecret, revision: number): number {
  return versions[revision - 1] ?? versions.at(-1) ?? 1;
}

/** What a chart makes of the value that it takes. */
export function digestOf(value: string): string {
  return createHash('sha256').update(value).digest('hex');
}

/** The data of a Secret at a revision, as the API server shows it; undefined for a key whose value nobody can tell. */
export function expectedData(namespace: string, secret: RunSecret, revision: number): ReadonlyMap<string, string | undefined> {
  const value = (key: string): string | undefined => (secret.maker === 'token' ? undefined : Buffer.from(valueOf(namespace, secret.name, key, versionAt(secret, revision))).toString('base64'));
  return new Map(secret.keys.map((key) => [key, value(key)]));
}

/** The Secrets that a revision must not be written before. */
export function neededSecrets({ secrets, consumers, value }: Scenario): readonly RunSecret[] {
  const names = new Set([...consumers.flatMap(({ needs }) => needs.map(({ secret }) => secret)), ...(value === undefined ? [] : [value.secret])]);
  return secrets.filter(({ name }) => names.has(name));
}
