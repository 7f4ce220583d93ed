import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { putSecretValue } from '../../test/support/events-sns.ts';
import { parseAwsEvent } from './events-envelope.ts';
import { namesOf, placeOfAws } from './events-place.ts';

const eventBridge = { version: '0', id: 'e', account: '123456789012', region: 'eu-central-1', resources: [] as string[] };
const arn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/db-AbCdEf';

function keysOf(event: unknown): readonly string[] {
  return parseAwsEvent(JSON.stringify(event))?.notices.flatMap(({ keys }) => keys) ?? [];
}

describe('an event of Secrets Manager', () => {
  it.each(['CreateSecret', 'PutSecretValue', 'UpdateSecret', 'UpdateSecretVersionStage', 'DeleteSecret', 'RestoreSecret', 'TagResource'])('%s names its secret', (eventName) => {
    expect(keysOf(putSecretValue('prod/db', { eventName }))).toContain('prod/db');
  });

  it('of a rotation names it by its ARN alone', () => {
    const rotation = { ...eventBridge, source: 'aws.secretsmanager', 'detail-type': 'AWS Service Event via CloudTrail', detail: { eventName: 'RotationSucceeded', additionalEventData: { SecretId: arn } } };
    expect(keysOf(rotation)).toEqual(['prod/db-AbCdEf', 'prod/db']);
  });

  it('that the service sends by itself names it among its resources', () => {
    expect(keysOf({ ...eventBridge, resources: [arn], source: 'aws.secretsmanager', 'detail-type': 'Secrets Manager Secret Changed', detail: { anything: 1 } })).toContain('prod/db');
  });

  it.each(['GetSecretValue', 'BatchGetSecretValue', 'DescribeSecret', 'ListSecrets'])('%s wakes nobody: our own reads would wake us for good', (eventName) => {
    expect(parseAwsEvent(JSON.stringify(putSecretValue('prod/db', { eventName })))?.notices).toEqual([]);
  });

  it('of a call that failed wakes nobody', () => {
    const event = putSecretValue('prod/db') as { readonly detail: object };
    expect(keysOf({ ...event, detail: { ...event.detail, errorCode: 'AccessDenied' } })).toEqual([]);
  });

  it('has the same meaning in an envelope of SNS, as a queue behind a topic has it', () => {
    const event = putSecretValue('prod/db');
    expect(parseAwsEvent(JSON.stringify({ Type: 'Notification', MessageId: 'm', Message: JSON.stringify(event) }))).toEqual(parseAwsEvent(JSON.stringify(event)));
  });
});

describe('an event of Parameter Store', () => {
  it.each(['Create', 'Update', 'Delete', 'LabelParameterVersion'])('%s names its parameter', (operation) => {
    const event = { ...eventBridge, resources: ['arn:aws:ssm:eu-central-1:123456789012:parameter/prod/db'], source: 'aws.ssm', 'detail-type': 'Parameter Store Change', detail: { name: '/prod/db', type: 'SecureString', operation } };
    expect(parseAwsEvent(JSON.stringify(event))).toEqual({ id: 'e', notices: [{ provider: 'aws', scope: { service: 'ParameterStore', region: 'eu-central-1', account: '123456789012' }, keys: ['/prod/db'] }] });
  });

  it('names several where several are deleted by one call', () => {
    expect(keysOf({ ...eventBridge, source: 'aws.ssm', 'detail-type': 'AWS API Call via CloudTrail', detail: { eventName: 'DeleteParameters', requestParameters: { names: ['/a', '/b'] } } })).toEqual(['/a', '/b']);
  });
});

describe('what is no event', () => {
  it('is told apart from one, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.record({ Type: fc.constant('Notification'), Message: fc.json() }).map((one) => JSON.stringify(one))), (body) => {
        expect(parseAwsEvent(body)).toBeUndefined();
      }),
    );
  });

  it('wakes nobody where its members are not what they are documented to be', () => {
    const odd = fc.anything({ maxDepth: 2 });
    fc.assert(
      fc.property(fc.record({ detail: fc.dictionary(fc.constantFrom('eventName', 'requestParameters', 'responseElements', 'additionalEventData', 'errorCode'), odd), resources: odd }), (changes) => {
        const event = parseAwsEvent(JSON.stringify({ ...eventBridge, source: 'aws.s3', 'detail-type': 'AWS API Call via CloudTrail', ...changes }) ?? '');
        expect(event?.notices ?? []).toEqual([]);
      }),
    );
  });
});

describe('a store of AWS', () => {
  const config = { service: 'SecretsManager', region: 'eu-central-1', prefix: 'team/', role: 'arn:aws:iam::123456789012:role/reader' };

  it('has a scope of service, region and, where a role tells it, account', () => {
    expect(placeOfAws(config)?.scope).toEqual({ service: 'SecretsManager', region: 'eu-central-1', account: '123456789012' });
    expect(placeOfAws({ ...config, role: undefined })?.scope).toEqual({ service: 'SecretsManager', region: 'eu-central-1' });
    expect(placeOfAws({ service: 'SecretsManager' })).toBeUndefined();
  });

  it('has its prefix before the names of what changes', () => {
    expect(placeOfAws(config)?.keysOf('db')).toEqual(['team/db']);
    expect(placeOfAws(config)?.foundAs?.('team/db')).toEqual(['team/db', 'db']);
  });

  it('and events name a secret alike, however each of them does', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\w/+=.@-]{1,40}$/), fc.stringMatching(/^[A-Za-z0-9]{6}$/), (name, random) => {
        const full = `arn:aws:secretsmanager:eu-central-1:123456789012:secret:${name}-${random}`;
        const partial = `arn:aws:secretsmanager:eu-central-1:123456789012:secret:${name}`;
        expect(namesOf(full)).toContain(name);
        expect(namesOf(partial)).toContain(name);
        expect(namesOf(name)).toEqual([name]);
      }),
    );
  });
});
