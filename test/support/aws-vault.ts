import { createHash } from 'node:crypto';
import { AwsRefusal, constraint } from './aws-refusal.ts';

interface Version {
  readonly id: string;
  readonly stages: Set<string>;
  readonly value: string | Uint8Array;
}

interface Stored {
  readonly name: string;
  readonly arn: string;
  readonly versions: Version[];
  readonly tags: Map<string, string>;
  readonly regions: Set<string>;
  description: string;
  key: string;
  /** For how many days it is kept still; undefined: it is not deleted. */
  window: number | undefined;
}

/** What Secrets Manager answers for one secret, on the wire. */
export interface WireSecret {
  readonly ARN: string;
  readonly Name: string;
  readonly VersionId: string;
  readonly VersionStages: readonly string[];
  readonly CreatedDate: number;
  readonly SecretString?: string;
  readonly SecretBinary?: string;
}

/** The stage is AWSCURRENT where neither is told. */
export interface WantedVersion {
  readonly id?: string;
  readonly stage?: string;
}

export interface CreatedSecret {
  readonly value: string | Uint8Array;
  readonly tags: Readonly<Record<string, string>>;
  readonly description: string;
  readonly key: string;
  readonly regions: readonly string[];
}

/** What is known of a secret besides its value. */
export type SecretFacts = Pick<Stored, 'name' | 'arn' | 'versions' | 'tags' | 'regions' | 'description' | 'key' | 'window'>;

/** Secrets with versions and stages that move as those of AWS do. What it is asked for by an API it refuses as AWS does (AwsRefusal). */
export interface AwsVault {
  /** Puts a new version in the stage AWSCURRENT and the one before in AWSPREVIOUS, as nobody refuses. Returns the version's id. */
  readonly set: (name: string, value: string | Uint8Array, tags?: Readonly<Record<string, string>>) => string;
  /** Removes a secret for good. */
  readonly remove: (name: string) => void;
  /** Marks a secret for deletion: it is there, and cannot be read. */
  readonly markDeleted: (name: string) => void;
  readonly get: (id: string, version: WantedVersion) => WireSecret;
  readonly create: (name: string, secret: CreatedSecret) => SecretFacts;
  readonly put: (id: string, value: string | Uint8Array) => SecretFacts;
  readonly delete: (id: string, how: { readonly force: boolean; readonly days: number | undefined }) => SecretFacts;
  readonly restore: (id: string) => SecretFacts;
  /** Of one that is marked for deletion, too. */
  readonly facts: (id: string) => SecretFacts;
  /** Of one that is not. */
  readonly live: (id: string) => SecretFacts;
  /** Those that are not marked for deletion, by name. */
  readonly all: () => readonly SecretFacts[];
}

const largest = 65_536;
const notFound = (what: string): AwsRefusal => new AwsRefusal('ResourceNotFoundException', `Secrets Manager can't find the specified ${what}.`);
const markedForDeletion = (): AwsRefusal => new AwsRefusal('InvalidRequestException', "You can't perform this operation on the secret because it was marked for deletion.");

export function createAwsVault(): AwsVault {
  const secrets = new Map<string, Stored>();

  function facts(id: string): Stored {
    const found = secrets.get(id) ?? [...secrets.values()].find(({ arn }) => arn === id || (id.startsWith('arn:') && arn.startsWith(`${id}-`) && arn.length === id.length + 7));
    if (found === undefined) throw notFound('secret');
    return found;
  }

  function live(id: string): Stored {
    const found = facts(id);
    if (found.window !== undefined) throw markedForDeletion();
    return found;
  }

  function add(stored: Stored, value: string | Uint8Array): string {
    for (const { stages } of stored.versions) {
      stages.delete('AWSPREVIOUS');
      if (stages.delete('AWSCURRENT')) stages.add('AWSPREVIOUS');
    }
    const id = createHash('sha256').update(`${stored.name}\n${stored.versions.length}`).digest('hex').slice(0, 32);
    stored.versions.push({ id, stages: new Set(['AWSCURRENT']), value });
    return id;
  }

  function made(name: string): Stored {
    const suffix = createHash('sha256').update(name).digest('hex').slice(0, 6);
    const stored: Stored = { name, arn: `arn:aws:secretsmanager:eu-central-1:123456789012:secret:${name}-${suffix}`, versions: [], tags: new Map(), regions: new Set(), description: '', key: '', window: undefined };
    secrets.set(name, stored);
    return stored;
  }

  return {
    set: (name, value, tags = {}) => {
      const stored = secrets.get(name) ?? made(name);
      stored.window = undefined;
      for (const [key, text] of Object.entries(tags)) stored.tags.set(key, text);
      return add(stored, value);
    },
    remove: (name) => void secrets.delete(name),
    markDeleted: (name) => {
      live(name).window = 30;
    },
    get: (id, wanted) => {
      const { arn, name, versions } = live(id);
      const { stage = 'AWSCURRENT' } = wanted;
      const version = versions.find((one) => (wanted.id === undefined ? one.stages.has(stage) : one.id === wanted.id));
      if (version === undefined) throw notFound('secret value for the version');
      const value = typeof version.value === 'string' ? { SecretString: version.value } : { SecretBinary: Buffer.from(version.value).toString('base64') };
      return { ARN: arn, Name: name, VersionId: version.id, VersionStages: [...version.stages], CreatedDate: 1_767_225_600, ...value };
    },
    create: (name, { value, tags, description, key, regions }) => {
      if (!/^[\w/+=.@-]{1,512}$/.test(name)) throw constraint('name', 'Member must satisfy regular expression pattern: [A-Za-z0-9/_+=.@-]+');
      checkSize(value);
      const there = secrets.get(name);
      if (there?.window !== undefined) throw new AwsRefusal('InvalidRequestException', "You can't create this secret because a secret with this name is already scheduled for deletion.");
      if (there !== undefined) throw new AwsRefusal('ResourceExistsException', `The operation failed because the secret ${name} already exists.`);
      const stored = Object.assign(made(name), { description, key });
      for (const [tag, text] of Object.entries(tags)) stored.tags.set(tag, text);
      for (const region of regions) stored.regions.add(region);
      add(stored, value);
      return stored;
    },
    put: (id, value) => {
      checkSize(value);
      const stored = live(id);
      add(stored, value);
      return stored;
    },
    delete: (id, { force, days }) => {
      if (force && days !== undefined) throw new AwsRefusal('InvalidParameterException', "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.");
      if (days !== undefined && (days < 7 || days > 30)) throw new AwsRefusal('InvalidParameterException', 'RecoveryWindowInDays value must be between 7 and 30 days (inclusive).');
      const stored = force ? facts(id) : live(id);
      if (stored.regions.size > 0) throw new AwsRefusal('InvalidRequestException', "You can't delete a secret that still has replica regions.");
      stored.window = days ?? 30;
      if (force) secrets.delete(stored.name);
      return stored;
    },
    restore: (id) => {
      const stored = facts(id);
      stored.window = undefined;
      return stored;
    },
    facts,
    live,
    all: () => [...secrets.values()].filter(({ window }) => window === undefined).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

function checkSize(value: string | Uint8Array): void {
  const size = typeof value === 'string' ? Buffer.byteLength(value) : value.length;
  if (size < 1 || size > largest) throw constraint(typeof value === 'string' ? 'secretString' : 'secretBinary', `Member must have length between 1 and ${largest}`);
}
