import { z } from 'zod';
import type { ChangeNotice } from '../../src/provider/change-notice.ts';
import type { NoticeEvent } from '../../src/provider/notice-source.ts';
import { namesOf, scopeOfArn, unique } from './events-place.ts';

const text = z.string().min(1).max(2048);
/** What a member holds that is not as it is documented to be is as good as absent: fields come and go. */
const maybe = text.optional().catch(undefined);

const cloudTrail = z.object({
  eventName: maybe,
  errorCode: maybe,
  requestParameters: z.object({ secretId: maybe, name: maybe, names: z.array(text).max(100).catch([]).optional() }).nullish().catch(undefined),
  responseElements: z.object({ arn: maybe, aRN: maybe, ARN: maybe, name: maybe }).nullish().catch(undefined),
  additionalEventData: z.object({ SecretId: maybe, secretId: maybe }).nullish().catch(undefined),
  // of events of the services' own
  name: maybe,
  arn: maybe,
  secretId: maybe,
  secretArn: maybe,
});

const eventBridge = z.object({
  id: z.string().min(1).max(256),
  source: z.string(),
  'detail-type': z.string(),
  account: z.string().max(64).optional(),
  region: z.string().max(64).optional(),
  resources: z.array(text).max(100).catch([]).default([]),
  detail: cloudTrail,
});
type EventBridge = z.output<typeof eventBridge>;

/**
 * Calls after which a value may be another, or found by another search. Reads are not among them: ours would wake us for good.
 */
const secretCalls: ReadonlySet<string> = new Set([
  'CreateSecret',
  'PutSecretValue',
  'UpdateSecret',
  'UpdateSecretVersionStage',
  'DeleteSecret',
  'RestoreSecret',
  'RotationSucceeded',
  'ReplicateSecretVersion',
  'TagResource',
  'UntagResource',
]);
const parameterCalls: ReadonlySet<string> = new Set(['PutParameter', 'DeleteParameter', 'DeleteParameters', 'LabelParameterVersion', 'UnlabelParameterVersion']);

/**
 * Reads an event of EventBridge about Secrets Manager or Parameter Store; it may come in an envelope of SNS, as queues have it that are
 * subscribed to a topic. Fields that are not known are ignored, and so is what is about anything else.
 * @returns undefined where it is no event of EventBridge
 */
export function parseAwsEvent(body: string): NoticeEvent | undefined {
  const outer = json(body);
  const wrapped = snsEnvelope.safeParse(outer);
  const parsed = eventBridge.safeParse(wrapped.success ? json(wrapped.data.Message) : outer);
  return parsed.success ? { id: parsed.data.id, notices: noticesOf(parsed.data) } : undefined;
}

const snsEnvelope = z.object({ Type: z.literal('Notification'), Message: z.string() });

function json(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function noticesOf(event: EventBridge): readonly ChangeNotice[] {
  const { source, detail, resources } = event;
  const { requestParameters, responseElements, additionalEventData } = detail;
  const named = [responseElements?.arn, responseElements?.aRN, responseElements?.ARN, responseElements?.name, detail.arn, detail.name];
  if (source === 'aws.secretsmanager' && isWorthALook(event, secretCalls)) {
    const ids = [requestParameters?.secretId, requestParameters?.name, additionalEventData?.SecretId, additionalEventData?.secretId, detail.secretId, detail.secretArn, ...named, ...resources];
    return noticeOf(event, 'SecretsManager', ids);
  }
  if (source === 'aws.ssm' && isWorthALook(event, parameterCalls)) {
    return noticeOf(event, 'ParameterStore', [requestParameters?.name, ...(requestParameters?.names ?? []), ...named, ...resources]);
  }
  return [];
}

/** Calls by their name, where they succeeded; what the services tell by themselves is about changes only. */
function isWorthALook({ detail: { eventName, errorCode }, ...event }: EventBridge, calls: ReadonlySet<string>): boolean {
  if (event['detail-type'].endsWith('via CloudTrail')) return errorCode === undefined && eventName !== undefined && calls.has(eventName);
  return event.source === 'aws.secretsmanager' || event['detail-type'] === 'Parameter Store Change';
}

/** All names are of one value, or of several that were removed at once: whoever reads one of them is concerned. */
function noticeOf({ account, region, resources }: EventBridge, service: string, ids: readonly (string | undefined)[]): readonly ChangeNotice[] {
  const keys = unique(ids.flatMap((id) => (id === undefined ? [] : namesOf(id))));
  const told = { ...(account === undefined ? {} : { account }), ...(region === undefined ? {} : { region }) };
  const scope = { service, ...(resources[0] === undefined ? {} : scopeOfArn(resources[0])), ...told };
  return keys.length === 0 ? [] : [{ provider: 'aws', scope, keys }];
}
