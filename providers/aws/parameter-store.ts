import type * as Sdk from '@aws-sdk/client-ssm';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { FoundValue, ReadResult } from '../../src/provider/contract.ts';
import { failureOfCode } from './errors.ts';
import { readingParameter, searching } from './operation.ts';
import type { Pace } from './pace.ts';
import type { SignedCalls } from './signed-calls.ts';

export interface ParameterPage<T> {
  readonly items: readonly T[];
  /** Where the next page begins; absent on the last. */
  readonly next?: string;
}

/** What Parameter Store is asked for, in our words. Values are decrypted. */
export interface ParameterStore {
  /** One parameter, as `name`, `name:version` or `name:label`. Absence and denial are results. @throws the signal's reason */
  readonly getOne: (name: string, signal: AbortSignal) => Promise<ReadResult>;
  /** At most ten parameters. Those that the answer does not speak of clearly are left out. What it throws is for `failureOf`. */
  readonly getMany: (names: readonly string[], signal: AbortSignal) => Promise<ReadonlyMap<string, ReadResult>>;
  /** Up to ten parameters below a path. What it throws is for `failureOf`. */
  readonly getBelow: (path: string, next: string | undefined, signal: AbortSignal) => Promise<ParameterPage<FoundValue>>;
  /** Up to fifty names. @throws ProviderError; the signal's reason */
  readonly describe: (filters: readonly Sdk.ParameterStringFilter[], next: string | undefined, signal: AbortSignal) => Promise<ParameterPage<string>>;
  /** The tags of a parameter, undefined where there is none. @throws ProviderError; the signal's reason */
  readonly tags: (name: string, signal: AbortSignal) => Promise<readonly Sdk.Tag[] | undefined>;
  readonly failureOf: SignedCalls['failureOf'];
}

const describing = searching(readingParameter, 'ssm:DescribeParameters');
const listingTags = searching(readingParameter, 'ssm:ListTagsForResource');
/** The most on one page: of values, and of names. */
const [valuePage, namePage] = [10, 50];

/** The calls that read, of an SDK that is loaded. */
export function createParameterStore(sdk: typeof Sdk, client: Sdk.SSMClient, { calls, pace }: { readonly calls: SignedCalls; readonly pace: Pace }): ParameterStore {
  async function send<T>(act: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await pace.turn(signal);
    return calls.send(act, signal);
  }

  return {
    getOne: async (name, abortSignal) => {
      try {
        const { Parameter: parameter } = await send(() => client.send(new sdk.GetParameterCommand({ Name: name, WithDecryption: true }), { abortSignal }), abortSignal);
        return valueOf(parameter) ?? nonsense();
      } catch (thrown) {
        abortSignal.throwIfAborted();
        const { meaning, error } = calls.failureOf(thrown, readingParameter);
        return meaning === 'absent' ? { kind: 'absent' } : { kind: 'error', error };
      }
    },
    getMany: async (names, abortSignal) => {
      const answer = await send(() => client.send(new sdk.GetParametersCommand({ Names: [...names], WithDecryption: true }), { abortSignal }), abortSignal);
      return matchBatch(names, answer);
    },
    getBelow: async (path, next, abortSignal) => {
      const input = { Path: path, Recursive: true, WithDecryption: true, MaxResults: valuePage, ...(next === undefined ? {} : { NextToken: next }) };
      const { Parameters: parameters = [], NextToken: token } = await send(() => client.send(new sdk.GetParametersByPathCommand(input), { abortSignal }), abortSignal);
      return { items: parameters.map(foundOf), ...nextOf(token) };
    },
    describe: async (filters, next, abortSignal) => {
      const input = { MaxResults: namePage, ...(filters.length === 0 ? {} : { ParameterFilters: [...filters] }), ...(next === undefined ? {} : { NextToken: next }) };
      const { Parameters: parameters = [], NextToken: token } = await calls.must(describing, () => client.send(new sdk.DescribeParametersCommand(input), { abortSignal }), abortSignal);
      return { items: parameters.flatMap(({ Name: name }) => (name === undefined ? [] : [name])), ...nextOf(token) };
    },
    tags: async (name, abortSignal) => {
      try {
        const { TagList: tags = [] } = await calls.send(() => client.send(new sdk.ListTagsForResourceCommand({ ResourceType: 'Parameter', ResourceId: name }), { abortSignal }), abortSignal);
        return tags;
      } catch (thrown) {
        abortSignal.throwIfAborted();
        const { meaning, error } = calls.failureOf(thrown, listingTags);
        if (meaning === 'absent') return undefined;
        throw error;
      }
    },
    failureOf: calls.failureOf,
  };
}

function nextOf(token: string | undefined): { readonly next?: string } {
  return token === undefined || token === '' ? {} : { next: token };
}

function nonsense(): never {
  throw failureOfCode({ code: '', message: '' }, readingParameter).error;
}

function valueOf(parameter: Sdk.Parameter | undefined): Extract<ReadResult, { readonly kind: 'value' }> | undefined {
  // the SDK gives what the endpoint answers, of whatever kind it is
  if (typeof parameter?.Value !== 'string') return undefined;
  const { Value: value, Version: version } = parameter;
  return { kind: 'value', value: SecretBytes.fromUtf8(value), ...(version === undefined ? {} : { version: String(version) }) };
}

/** @throws ProviderError `unavailable` for a parameter without name or value: nothing is left out of a search */
function foundOf(parameter: Sdk.Parameter): FoundValue {
  const { Name: key } = parameter;
  const { value, version } = valueOf(parameter) ?? nonsense();
  return { key: key ?? nonsense(), value, ...(version === undefined ? {} : { version }) };
}

/**
 * Brings the answer of a batch, which is in no order, back to the names that were asked for. Where it does not have a version or label, it does
 * not say whether it has the parameter: that is left out.
 */
function matchBatch(names: readonly string[], { Parameters: parameters = [], InvalidParameters: missing = [] }: Sdk.GetParametersResult): ReadonlyMap<string, ReadResult> {
  const found = new Map<string, ReadResult>(missing.filter((name) => names.includes(name) && (name.startsWith('arn:') || !name.includes(':'))).map((name) => [name, { kind: 'absent' }]));
  for (const parameter of parameters) {
    const value = valueOf(parameter);
    if (value !== undefined) found.set(`${parameter.Name ?? ''}${parameter.Selector ?? ''}`, value);
  }
  return found;
}
