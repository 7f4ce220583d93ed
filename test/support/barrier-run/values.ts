import { createHash } from 'node:crypto';
import type { RunSecret, Scenario } from './scenario.ts';

/** The annotation of every object of a chart that says which revision it is of, counted from 1. */
export const revisionAnnotation = 'barrier-run.example/revision';
/** The one that says how it was turned as it was rendered; absent where nothing turns. */
export const turnAnnotation = 'barrier-run.example/turn';

/** The name under which the provider holds a value. */
export function remoteKey(secret: string, key: string, version: number | string): string {
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

/** What is wanted at a time: a commit, and how what its chart asks the cluster for is turned. */
export interface Wanted {
  /** Counted from 1. */
  readonly revision: number;
  /** One of `turns`. */
  readonly turn: number;
}

/** How it can be turned; the first is what it is where nobody has said. */
export const turns = [0, 1] as const;
/** How much higher the version of the Secret that turns is by each. */
export const turnStep = 100;

/** @param revision counted from 1 */
export function versionAt({ versions }: RunSecret, revision: number): number {
  return versions[revision - 1] ?? versions.at(-1) ?? 1;
}

/** The version that a Secret must have where something is wanted. */
export function versionFor({ turning }: Pick<Scenario, 'turning'>, secret: RunSecret, { revision, turn }: Wanted): number {
  return versionAt(secret, revision) + (secret.name === turning?.secret ? turn * turnStep : 0);
}

/** What a chart makes of the value that it takes. */
export function digestOf(value: string): string {
  return createHash('sha256').update(value).digest('hex');
}

/** The data of a Secret where something is wanted, as the API server shows it; undefined for a key whose value nobody can tell. */
export function expectedData(namespace: string, scenario: Pick<Scenario, 'turning'>, secret: RunSecret, wanted: Wanted): ReadonlyMap<string, string | undefined> {
  const version = versionFor(scenario, secret, wanted);
  const value = (key: string): string | undefined => (secret.maker === 'token' ? undefined : Buffer.from(valueOf(namespace, secret.name, key, version)).toString('base64'));
  return new Map(secret.keys.map((key) => [key, value(key)]));
}

/** The Secrets that a revision must not be written before. */
export function neededSecrets({ secrets, consumers, value }: Scenario): readonly RunSecret[] {
  const names = new Set([...consumers.flatMap(({ needs }) => needs.map(({ secret }) => secret)), ...(value === undefined ? [] : [value.secret])]);
  return secrets.filter(({ name }) => names.has(name));
}
