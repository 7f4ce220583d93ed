import { z } from 'zod';
import { AwsRefusal, constraint } from './aws-refusal.ts';

interface Version {
  readonly value: string;
  readonly labels: Set<string>;
}

/** What is known of a parameter. */
export interface StoredParameter {
  readonly name: string;
  readonly versions: Version[];
  readonly tags: Map<string, string>;
  type: string;
  tier: string;
  description: string;
  key: string | undefined;
  policies: string | undefined;
}

export interface AwsParameters {
  /** Adds a version, as nobody refuses. Returns its number. */
  readonly set: (name: string, value: string, tags?: Readonly<Record<string, string>>) => number;
  readonly label: (name: string, version: number, label: string) => void;
  readonly remove: (name: string) => void;
  readonly get: (name: string) => StoredParameter | undefined;
  /** Answers an operation of Parameter Store. @throws AwsRefusal as AWS refuses */
  readonly answer: (operation: string, request: unknown) => unknown;
}

const tag = z.object({ Key: z.string(), Value: z.string() });
const filter = z.object({ Key: z.string().regex(/^(tag:.+|Name|Path|Type|KeyId)$/), Option: z.string().optional(), Values: z.array(z.string()).min(1).max(50) });
const body = z.object({
  Name: z.string().default(''),
  Names: z.array(z.string()).default([]),
  Path: z.string().default(''),
  Recursive: z.boolean().default(false),
  WithDecryption: z.boolean().default(false),
  MaxResults: z.int().optional(),
  NextToken: z.string().optional(),
  ParameterFilters: z.array(filter).default([]),
  ResourceType: z.literal('Parameter').default('Parameter'),
  ResourceId: z.string().default(''),
  Value: z.string().default(''),
  Type: z.enum(['String', 'StringList', 'SecureString']).optional(),
  Overwrite: z.boolean().default(false),
  Tags: z.array(tag).default([]),
  TagKeys: z.array(z.string()).default([]),
  Tier: z.enum(['Standard', 'Advanced', 'Intelligent-Tiering']).default('Standard'),
  Description: z.string().default(''),
  KeyId: z.string().optional(),
  Policies: z.string().optional(),
});
type Body = z.output<typeof body>;

/** The names that a request is about. */
export function parameterNamesOf(request: unknown): readonly string[] {
  const { Name, Names, Path, ResourceId } = z.object({ Name: z.string().default(''), Names: z.array(z.string()).default([]), Path: z.string().default(''), ResourceId: z.string().default('') }).parse(request);
  return Names.length > 0 ? Names : [Name, Path, ResourceId].filter((text) => text !== '');
}

const notFound = (): AwsRefusal => new AwsRefusal('ParameterNotFound', '');

/** @param admit throws AwsRefusal where this parameter may not be used */
export function createAwsParameters(admit: (name: string, action: string) => void): AwsParameters {
  const stored = new Map<string, StoredParameter>();

  function made(name: string): StoredParameter {
    const parameter: StoredParameter = { name, versions: [], tags: new Map(), type: 'String', tier: 'Standard', description: '', key: undefined, policies: undefined };
    stored.set(name, parameter);
    return parameter;
  }

  function add(parameter: StoredParameter, value: string): number {
    return parameter.versions.push({ value, labels: new Set() });
  }

  function there(name: string): StoredParameter {
    const parameter = stored.get(name);
    if (parameter === undefined) throw notFound();
    return parameter;
  }

  function wire(reference: string, decrypt: boolean): object {
    const [name = '', selector, ...rest] = checkedName(reference).split(':');
    admit(name, 'GetParameter');
    const parameter = there(name);
    const { versions, type } = parameter;
    const index = selector === undefined ? versions.length - 1 : versions.findIndex(({ labels }, at) => String(at + 1) === selector || labels.has(selector));
    const version = versions[index];
    if (version === undefined || rest.length > 0) throw new AwsRefusal('ParameterVersionNotFound', '');
    const value = type === 'SecureString' && !decrypt ? 'encrypted' : version.value;
    return { Name: name, Type: type, Value: value, Version: index + 1, ARN: arnOf(name), DataType: 'text', ...(selector === undefined ? {} : { Selector: `:${selector}` }) };
  }

  function getMany({ Names: names, WithDecryption: decrypt }: Body): unknown {
    if (names.length < 1 || names.length > 10) throw constraint('names', 'Member must have length less than or equal to 10');
    if (new Set(names.map((name) => name.replace(/:.*$/, ''))).size < names.length) throw new AwsRefusal('ValidationException', 'Duplicate parameter names are not allowed.');
    // a name that is none, or that is denied, spoils the request
    const answers = names.map((name) => ({ name, parameter: orAbsent(() => wire(name, decrypt)) }));
    const found = answers.flatMap(({ parameter }) => (parameter === undefined ? [] : [parameter])).toReversed();
    return { Parameters: found, InvalidParameters: answers.flatMap(({ name, parameter }) => (parameter === undefined ? [name] : [])) };
  }

  function put({ Name: name, Value: value, Type: type, Overwrite: overwrite, Tags: tags, Tier: tier, Description, KeyId, Policies }: Body): unknown {
    checkedName(name);
    admit(name, 'PutParameter');
    const parameter = stored.get(name);
    checkPut({ name, value, type, overwrite, tagged: tags.length > 0, tier: parameter?.tier === 'Advanced' ? 'Advanced' : tier, isNew: parameter === undefined });
    const changed = Object.assign(parameter ?? made(name), { type: type ?? parameter?.type ?? 'String', tier, description: Description, key: KeyId, policies: Policies });
    for (const { Key, Value } of tags) changed.tags.set(Key, Value);
    return { Version: add(changed, value), Tier: tier };
  }

  /** The tags of a parameter; of none that there is AWS says that its id is not valid. */
  function tagged(id: string, action: string): Map<string, string> {
    admit(id, action);
    const parameter = stored.get(id);
    if (parameter === undefined) throw new AwsRefusal('InvalidResourceId', 'The resource ID is not valid. Verify that you entered the correct ID and try again.');
    return parameter.tags;
  }

  const operations: Readonly<Record<string, (request: Body) => unknown>> = {
    GetParameter: ({ Name: name, WithDecryption: decrypt }) => ({ Parameter: wire(name, decrypt) }),
    GetParameters: getMany,
    GetParametersByPath: ({ Path: path, Recursive, WithDecryption, MaxResults = 10, NextToken }) => {
      if (!path.startsWith('/')) throw new AwsRefusal('ValidationException', 'The parameter path must begin with a forward slash.');
      if (MaxResults > 10) throw constraint('maxResults', 'Member must have value less than or equal to 10');
      const below = [...stored.values()].filter(({ name }) => isBelow(name, path, Recursive)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
      const { items, next } = pageOf(below, MaxResults, NextToken);
      return { Parameters: items.map(({ name }) => wire(name, WithDecryption)), ...next };
    },
    DescribeParameters: ({ ParameterFilters: filters, MaxResults = 50, NextToken }) => {
      if (MaxResults > 50) throw constraint('maxResults', 'Member must have value less than or equal to 50');
      const { items, next } = pageOf([...stored.values()].filter((parameter) => filters.every((one) => matches(parameter, one))), MaxResults, NextToken);
      return { Parameters: items.map(({ name, type }) => ({ Name: name, Type: type })), ...next };
    },
    ListTagsForResource: ({ ResourceId: id }) => ({ TagList: [...tagged(id, 'ListTagsForResource')].map(([Key, Value]) => ({ Key, Value })) }),
    AddTagsToResource: ({ ResourceId: id, Tags }) => {
      for (const { Key, Value } of Tags) tagged(id, 'AddTagsToResource').set(Key, Value);
      return {};
    },
    RemoveTagsFromResource: ({ ResourceId: id, TagKeys }) => {
      for (const key of TagKeys) tagged(id, 'RemoveTagsFromResource').delete(key);
      return {};
    },
    PutParameter: put,
    DeleteParameter: ({ Name: name }) => {
      admit(name, 'DeleteParameter');
      if (!stored.delete(name)) throw notFound();
      return {};
    },
  };

  return {
    set: (name, value, tags = {}) => {
      const parameter = stored.get(name) ?? made(name);
      for (const [key, text] of Object.entries(tags)) parameter.tags.set(key, text);
      return add(parameter, value);
    },
    label: (name, version, label) => void there(name).versions[version - 1]?.labels.add(label),
    remove: (name) => void stored.delete(name),
    get: (name) => stored.get(name),
    answer: (operation, request) => {
      const act = operations[operation];
      if (act === undefined) throw new AwsRefusal('UnknownOperationException', 'unknown operation');
      const parsed = body.safeParse(request);
      if (!parsed.success) throw constraint('request', 'it is not well formed');
      return act(parsed.data);
    },
  };
}

/** A name without slashes, or a path of fifteen at the most, which begins with one; then, perhaps, a version or label. */
function checkedName(reference: string): string {
  const name = reference.startsWith('arn:') ? reference.replace(/^arn:[^/]*:parameter\/?/, '') : reference;
  if (name.length < 1 || name.length > 2048 || !/^[\w./-]+(:[\w.-]+)*$/.test(name)) throw constraint('name', 'Parameter name: can only consist of a mix of letters, numbers and the following 3 symbols .-_');
  if (name.includes('/') && !name.startsWith('/')) throw new AwsRefusal('ValidationException', 'Parameter name must be a fully qualified name.');
  return name;
}

interface CheckedPut {
  readonly name: string;
  readonly value: string;
  readonly type: string | undefined;
  readonly overwrite: boolean;
  readonly tagged: boolean;
  readonly tier: string;
  readonly isNew: boolean;
}

function checkPut({ name, value, type, overwrite, tagged, tier, isNew }: CheckedPut): void {
  if (/^\/?(aws|ssm)/i.test(name)) throw new AwsRefusal('ValidationException', 'Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive).');
  const size = Buffer.byteLength(value);
  if (size < 1) throw constraint('value', 'Member must have length greater than or equal to 1');
  if (size > (tier === 'Standard' ? 4096 : 8192)) throw new AwsRefusal('ValidationException', 'Standard tier parameters support a maximum parameter value of 4096 characters.');
  if (overwrite && tagged) throw new AwsRefusal('ValidationException', "Invalid request: tags and overwrite can't be used together.");
  if (isNew && type === undefined) throw new AwsRefusal('ValidationException', 'A parameter type is required when you create a parameter.');
  if (!isNew && !overwrite) throw new AwsRefusal('ParameterAlreadyExists', 'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.');
}

function arnOf(name: string): string {
  return `arn:aws:ssm:eu-central-1:123456789012:parameter${name.startsWith('/') ? '' : '/'}${name}`;
}

function isBelow(name: string, path: string, recursive: boolean): boolean {
  const root = path === '/' ? '' : path;
  const full = name.startsWith('/') ? name : `/${name}`;
  return full.startsWith(`${root}/`) && (recursive || !full.slice(root.length + 1).includes('/'));
}

function matches(parameter: StoredParameter, { Key: field, Values: values, Option: option }: z.output<typeof filter>): boolean {
  if (field === 'Path') return values.some((path) => isBelow(parameter.name, path, option === 'Recursive'));
  if (field.startsWith('tag:')) return values.includes(parameter.tags.get(field.slice('tag:'.length)) ?? '\0');
  return field === 'Name' && values.includes(parameter.name);
}

function pageOf<T>(all: readonly T[], size: number, token: string | undefined): { readonly items: readonly T[]; readonly next: object } {
  const from = token === undefined ? 0 : Number(token);
  if (!Number.isInteger(from)) throw new AwsRefusal('InvalidNextToken', 'The specified token is not valid.');
  return { items: all.slice(from, from + size), next: all.length > from + size ? { NextToken: String(from + size) } : {} };
}

function orAbsent(get: () => object): object | undefined {
  try {
    return get();
  } catch (error) {
    if (error instanceof AwsRefusal && /^Parameter(Version)?NotFound$/.test(error.code)) return undefined;
    throw error;
  }
}
