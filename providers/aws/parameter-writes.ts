import type * as Sdk from '@aws-sdk/client-ssm';
import { readingParameter, writing } from './operation.ts';
import type { Pace } from './pace.ts';
import type { SignedCalls } from './signed-calls.ts';

/** The calls to Parameter Store that change something. Each throws ProviderError, or the signal's reason. */
export interface ParameterWrites {
  readonly put: (parameter: Sdk.PutParameterRequest, signal: AbortSignal) => Promise<void>;
  readonly tag: (name: string, tags: Sdk.Tag[], signal: AbortSignal) => Promise<void>;
  readonly untag: (name: string, keys: string[], signal: AbortSignal) => Promise<void>;
  readonly delete: (name: string, signal: AbortSignal) => Promise<void>;
}

const resource = { ResourceType: 'Parameter' } as const;

export function createParameterWrites(sdk: typeof Sdk, client: Sdk.SSMClient, { calls, pace }: { readonly calls: SignedCalls; readonly pace: Pace }): ParameterWrites {
  const must = async (action: string, send: (options: { readonly abortSignal: AbortSignal }) => Promise<unknown>, abortSignal: AbortSignal): Promise<void> => {
    await pace.turn(abortSignal);
    await calls.must(writing(readingParameter, `ssm:${action}`), () => send({ abortSignal }), abortSignal);
  };
  return {
    put: (parameter, signal) => must('PutParameter', (options) => client.send(new sdk.PutParameterCommand(parameter), options), signal),
    tag: (name, tags, signal) => must('AddTagsToResource', (options) => client.send(new sdk.AddTagsToResourceCommand({ ...resource, ResourceId: name, Tags: tags }), options), signal),
    untag: (name, keys, signal) => must('RemoveTagsFromResource', (options) => client.send(new sdk.RemoveTagsFromResourceCommand({ ...resource, ResourceId: name, TagKeys: keys }), options), signal),
    delete: (name, signal) => must('DeleteParameter', (options) => client.send(new sdk.DeleteParameterCommand({ Name: name }), options), signal),
  };
}
