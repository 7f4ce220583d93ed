import { z } from 'zod';
import { AwsRefusal, constraint } from './aws-refusal.ts';
import type { AwsVault, SecretFacts, WantedVersion } from './aws-vault.ts';

const tags = z.array(z.object({ Key: z.string(), Value: z.string() })).default([]);
const regions = z.array(z.object({ Region: z.string(), KmsKeyId: z.string().optional() })).default([]);
const body = z.object({
  SecretId: z.string().default(''),
  SecretIdList: z.array(z.string()).default([]),
  VersionId: z.string().optional(),
  VersionStage: z.string().optional(),
  Name: z.string().default(''),
  SecretString: z.string().optional(),
  SecretBinary: z.string().optional(),
  Description: z.string().default(''),
  KmsKeyId: z.string().default(''),
  Tags: tags,
  TagKeys: z.array(z.string()).default([]),
  AddReplicaRegions: regions,
  RemoveReplicaRegions: z.array(z.string()).default([]),
  ForceDeleteWithoutRecovery: z.boolean().default(false),
  RecoveryWindowInDays: z.int().optional(),
  Filters: z.array(z.object({ Key: z.enum(['name', 'tag-key', 'tag-value', 'description', 'all', 'owning-service', 'primary-region']), Values: z.array(z.string().regex(/^!?[\w :@/+=.!-]*$/).max(512)).min(1).max(10) })).max(10).default([]),
  MaxResults: z.int().min(1).max(100).default(100),
  NextToken: z.string().optional(),
});
type Body = z.output<typeof body>;

export interface SecretsApiOptions {
  readonly vault: AwsVault;
  /** @throws AwsRefusal where this secret may not be used */
  readonly admit: (id: string, action: string) => void;
  /** Whether a batch forgets its last secret. */
  readonly isPartial: () => boolean;
}

const mostIds = 20;
const longestId = 2048;

/** The ids that a request is about. */
export function secretIdsOf(request: unknown): readonly string[] {
  const { SecretId, SecretIdList, Name } = z.object({ SecretId: z.string().default(''), SecretIdList: z.array(z.string()).default([]), Name: z.string().default('') }).parse(request);
  return SecretIdList.length > 0 ? SecretIdList : [SecretId === '' ? Name : SecretId];
}

/** Answers an operation of Secrets Manager. @throws AwsRefusal as AWS refuses */
export function createSecretsApi(options: SecretsApiOptions): (operation: string, request: unknown) => unknown {
  const { vault, admit } = options;

  function use(id: string, action: string): string {
    if (id.length < 1 || id.length > longestId) throw constraint('secretId', `Member must have length less than or equal to ${longestId}`);
    admit(id, action);
    return id;
  }

  const operations: Readonly<Record<string, (request: Body) => unknown>> = {
    GetSecretValue: (request) => vault.get(use(request.SecretId, 'GetSecretValue'), wantedVersion(request)),
    BatchGetSecretValue: ({ SecretIdList: ids }) => {
      if (ids.length > mostIds) throw constraint('secretIdList', `Member must have length less than or equal to ${mostIds}`);
      // one bad id spoils the request
      if (ids.some((id) => id.length > longestId)) throw constraint('secretIdList', `Member must have length less than or equal to ${longestId}`);
      const answers = ids.map((id) => orRefusal(id, () => vault.get(use(id, 'GetSecretValue'), {})));
      if (options.isPartial()) answers.pop();
      // AWS answers in no particular order
      const found = answers.flatMap(({ secret }) => (secret === undefined ? [] : [secret])).toReversed();
      return { SecretValues: found, Errors: answers.flatMap(({ error }) => (error === undefined ? [] : [error])) };
    },
    DescribeSecret: ({ SecretId: id }) => {
      const facts = vault.facts(use(id, 'DescribeSecret'));
      return { ...wireFacts(facts), VersionIdsToStages: stagesOf(facts), ReplicationStatus: [...facts.regions].map((Region) => ({ Region, Status: 'InSync' })) };
    },
    ListSecrets: ({ Filters: filters, MaxResults: size, NextToken: token }) => {
      const from = token === undefined ? 0 : Number(token);
      if (!Number.isInteger(from)) throw new AwsRefusal('InvalidNextTokenException', 'The NextToken value is invalid.');
      const matching = vault.all().filter((facts) => filters.every((filter) => matches(facts, filter)));
      return { SecretList: matching.slice(from, from + size).map((facts) => ({ ...wireFacts(facts), SecretVersionsToStages: stagesOf(facts) })), ...(matching.length > from + size ? { NextToken: String(from + size) } : {}) };
    },
    CreateSecret: (request) => {
      const { Name: name, Description: description, KmsKeyId: key, AddReplicaRegions } = request;
      admit(name, 'CreateSecret');
      return named(vault.create(name, { value: valueIn(request), tags: recordOf(request.Tags), description, key, regions: AddReplicaRegions.map(({ Region }) => Region) }));
    },
    PutSecretValue: (request) => named(vault.put(use(request.SecretId, 'PutSecretValue'), valueIn(request))),
    DeleteSecret: ({ SecretId: id, ForceDeleteWithoutRecovery: force, RecoveryWindowInDays: days }) => named(vault.delete(use(id, 'DeleteSecret'), { force, days })),
    RestoreSecret: ({ SecretId: id }) => named(vault.restore(use(id, 'RestoreSecret'))),
    TagResource: ({ SecretId: id, Tags }) => {
      for (const { Key, Value } of Tags) vault.live(use(id, 'TagResource')).tags.set(Key, Value);
      return {};
    },
    UntagResource: ({ SecretId: id, TagKeys: keys }) => {
      for (const key of keys) vault.live(use(id, 'UntagResource')).tags.delete(key);
      return {};
    },
    ReplicateSecretToRegions: ({ SecretId: id, AddReplicaRegions: added }) => {
      for (const { Region } of added) vault.live(use(id, 'ReplicateSecretToRegions')).regions.add(Region);
      return {};
    },
    RemoveRegionsFromReplication: ({ SecretId: id, RemoveReplicaRegions: removed }) => {
      for (const region of removed) vault.live(use(id, 'RemoveRegionsFromReplication')).regions.delete(region);
      return {};
    },
  };

  return (operation, request) => {
    const act = operations[operation];
    if (act === undefined) throw new AwsRefusal('UnknownOperationException', 'unknown operation');
    const parsed = body.safeParse(request);
    if (!parsed.success) throw new AwsRefusal('InvalidParameterException', 'the request is not well formed');
    return act(parsed.data);
  };
}

function wireFacts({ arn, name, tags: there, description, key, window }: SecretFacts): object {
  return {
    ARN: arn,
    Name: name,
    Description: description,
    KmsKeyId: key === '' ? undefined : key,
    Tags: [...there].map(([Key, Value]) => ({ Key, Value })),
    DeletedDate: window === undefined ? undefined : 1_767_225_600,
  };
}

/** Versions without a stage are not spoken of. */
function stagesOf({ versions }: SecretFacts): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(versions.filter(({ stages }) => stages.size > 0).map(({ id, stages }) => [id, [...stages]]));
}

function named({ arn, name, versions }: SecretFacts): object {
  return { ARN: arn, Name: name, VersionId: versions.at(-1)?.id };
}

/** By how they begin; keys and values of tags apart from each other. */
function matches({ name, tags: there }: SecretFacts, { Key: field, Values: values }: Body['Filters'][number]): boolean {
  const texts = new Map<string, readonly string[]>([['name', [name]], ['tag-key', [...there.keys()]], ['tag-value', [...there.values()]]]).get(field) ?? [];
  return values.some((value) => texts.some((text) => text.startsWith(value)));
}

function valueIn({ SecretString: text, SecretBinary: base64 }: Body): string | Uint8Array {
  if ((text === undefined) === (base64 === undefined)) throw new AwsRefusal('InvalidRequestException', 'You must provide either SecretString or SecretBinary.');
  return text ?? Buffer.from(base64 ?? '', 'base64');
}

function recordOf(list: Body['Tags']): Readonly<Record<string, string>> {
  return Object.fromEntries(list.map(({ Key, Value }) => [Key, Value]));
}

function orRefusal(id: string, get: () => unknown): { readonly secret?: unknown; readonly error?: unknown } {
  try {
    return { secret: get() };
  } catch (error) {
    if (error instanceof AwsRefusal) return { error: { SecretId: id, ErrorCode: error.code, Message: error.message } };
    throw error;
  }
}

function wantedVersion({ VersionId: id, VersionStage: stage }: Body): WantedVersion {
  return { ...(id === undefined ? {} : { id }), ...(stage === undefined ? {} : { stage }) };
}
