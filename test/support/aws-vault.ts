import { createHash } from 'node:crypto';

/** An error as Secrets Manager says it: HTTP 400 with this code, unless another status is told. */
export class AwsRefusal extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

interface Version {
  readonly id: string;
  readonly stages: Set<string>;
  readonly value: string | Uint8Array;
}

interface Stored {
  readonly name: string;
  readonly arn: string;
  readonly versions: Version[];
  deleted: boolean;
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

/** Secrets with versions and stages that move as those of AWS do. */
export interface AwsVault {
  /** Puts a new version in the stage AWSCURRENT and the one before in AWSPREVIOUS. Returns the version's id. */
  readonly set: (name: string, value: string | Uint8Array) => string;
  /** Removes a secret for good. */
  readonly remove: (name: string) => void;
  /** Marks a secret for deletion: it is there, and cannot be read. */
  readonly markDeleted: (name: string) => void;
  /** @throws AwsRefusal as AWS refuses */
  readonly get: (id: string, version: WantedVersion) => WireSecret;
}

const notFound = (what: string): AwsRefusal => new AwsRefusal('ResourceNotFoundException', `Secrets Manager can't find the specified ${what}.`);

export function createAwsVault(): AwsVault {
  const secrets = new Map<string, Stored>();

  function find(id: string): Stored {
    const found = secrets.get(id) ?? [...secrets.values()].find(({ arn }) => arn === id || (id.startsWith('arn:') && arn.startsWith(`${id}-`) && arn.length === id.length + 7));
    if (found === undefined) throw notFound('secret');
    if (found.deleted) throw new AwsRefusal('InvalidRequestException', "You can't perform this operation on the secret because it was marked for deletion.");
    return found;
  }

  return {
    set: (name, value) => {
      const suffix = createHash('sha256').update(name).digest('hex').slice(0, 6);
      const stored = secrets.get(name) ?? { name, arn: `arn:aws:secretsmanager:eu-central-1:123456789012:secret:${name}-${suffix}`, versions: [], deleted: false };
      for (const { stages } of stored.versions) {
        stages.delete('AWSPREVIOUS');
        if (stages.delete('AWSCURRENT')) stages.add('AWSPREVIOUS');
      }
      const id = createHash('sha256').update(`${name}\n${stored.versions.length}`).digest('hex').slice(0, 32);
      stored.versions.push({ id, stages: new Set(['AWSCURRENT']), value });
      stored.deleted = false;
      secrets.set(name, stored);
      return id;
    },
    remove: (name) => void secrets.delete(name),
    markDeleted: (name) => {
      find(name).deleted = true;
    },
    get: (id, wanted) => {
      const { arn, name, versions } = find(id);
      const { stage = 'AWSCURRENT' } = wanted;
      const version = versions.find((one) => (wanted.id === undefined ? one.stages.has(stage) : one.id === wanted.id));
      if (version === undefined) throw notFound('secret value for the version');
      const value = typeof version.value === 'string' ? { SecretString: version.value } : { SecretBinary: Buffer.from(version.value).toString('base64') };
      return { ARN: arn, Name: name, VersionId: version.id, VersionStages: [...version.stages], CreatedDate: 1_767_225_600, ...value };
    },
  };
}
