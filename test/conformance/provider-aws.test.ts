import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import type { ProviderClient, ReadResult } from '../../src/provider/contract.ts';
import { providerContract } from '../contract/provider.contract.ts';
import type { Exemption, ProviderBench } from '../contract/provider.contract.ts';
import type { AwsAdmin } from '../support/aws-admin.ts';
import { createAwsAdmin } from '../support/aws-admin.ts';
import { push, unpush } from '../support/aws-push.ts';
import { connectAws } from '../support/aws-store.ts';
import { startCountingAws } from '../support/counting-aws.ts';
import type { AwsUser, Moto } from '../support/moto.ts';
import { startMoto } from '../support/moto.ts';

/** AWS as other people understand it: signatures and the actions of policies count. */
const never = new AbortController().signal;

let moto: Moto;
let admin: AwsAdmin;
const users = new Map<string, AwsUser>();
const roles = new Map<string, string>();
const secretActions = ['GetSecretValue', 'BatchGetSecretValue', 'ListSecrets', 'DescribeSecret', 'CreateSecret', 'PutSecretValue', 'TagResource', 'UntagResource', 'DeleteSecret', 'RestoreSecret'].map((action) => `secretsmanager:${action}`);
const parameterActions = ['GetParameter', 'GetParameters', 'GetParametersByPath', 'DescribeParameters', 'ListTagsForResource', 'PutParameter', 'AddTagsToResource', 'RemoveTagsFromResource', 'DeleteParameter'].map((action) => `ssm:${action}`);

beforeAll(async () => {
  moto = await startMoto();
  users.set('admin', await moto.createUser('admin', ['*']));
  users.set('editor', await moto.createUser('editor', [...secretActions, ...parameterActions]));
  users.set('single', await moto.createUser('single', ['secretsmanager:GetSecretValue', 'ssm:GetParameter', 'ssm:DescribeParameters']));
  users.set('assumer', await moto.createUser('assumer', ['sts:AssumeRole', 'sts:TagSession']));
  users.set('nobody', await moto.createUser('nobody', []));
  roles.set('reader', await moto.createRole('reader', ['secretsmanager:GetSecretValue', 'ssm:GetParameter']));
  roles.set('hop', await moto.createRole('hop', ['sts:AssumeRole']));
  roles.set('powerless', await moto.createRole('powerless', ['sts:GetCallerIdentity']));
  await moto.enforce(true);
  admin = createAwsAdmin(moto.url, userOf('admin'));
  // the first run on a machine installs moto
}, 300_000);

afterAll(async () => {
  admin?.close();
  await moto?.[Symbol.asyncDispose]();
});

function userOf(name: string): AwsUser {
  const user = users.get(name);
  if (user === undefined) throw new Error(`there is no user ${name}`);
  return user;
}

function connectAs(name: string, fields: object = {}): Promise<ProviderClient> {
  return connectAws({ endpoint: moto.url, clock: systemClock, ...userOf(name), fields });
}

/** Each bench has the one server for itself, and finds it empty. */
async function openBench(service: string): Promise<Pick<ProviderBench, 'connect' | 'impossibleKey' | 'close'>> {
  await admin.clear();
  const silent = await startCountingAws();
  silent.behave('hang');
  const fields = { service };
  return {
    connect: async (condition) => {
      if (condition === 'down') return connectAws({ endpoint: 'http://127.0.0.1:1', clock: systemClock, ...userOf('editor'), fields });
      if (condition === 'hanging') return connectAws({ endpoint: silent.url, clock: systemClock, accessKeyId: silent.accessKeyId, fields });
      if (condition === 'refused') return connectAws({ endpoint: moto.url, clock: systemClock, accessKeyId: 'AKIDSTRANGER', fields });
      return connectAs('editor', fields);
    },
    impossibleKey: 'x'.repeat(3000),
    close: silent.close,
  };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What neither service does, and what moto does not. */
const exemptions = (service: string): readonly Exemption[] => [
  {
    clause: 'returns an empty value as a value',
    because: 'AWS keeps none: a value has at least one character',
    instead: async (bench) => {
      await using client = await bench.connect();
      expect(await push(client, 'empty', { value: '' })).toMatch(/^invalid: the value is empty/);
      expect(await client.read([{ key: 'empty' }], never)).toEqual([{ kind: 'absent' }]);
    },
  },
  {
    clause: 'writes a value that is read back, and an empty one',
    because: 'AWS keeps no empty one',
    instead: async (bench) => {
      await using client = await bench.connect();
      expect(await push(client, 'written', { value: 'line\nß' })).toBe('written');
      expect((await client.read([{ key: 'written' }], never)).map(told)).toEqual(['line\nß']);
    },
  },
  {
    clause: 'fails a denied key as denied, and no other',
    because: "moto's policies know actions and no resources; providers/aws/contract.test.ts shows it for one key",
    instead: async (bench) => {
      await bench.store('denied', bytes('v'));
      await using client = await connectAs('nobody', { service });
      const results = await client.read([{ key: 'denied' }, { key: 'nowhere' }], never);
      expect(results.map((result) => result.kind === 'error' && result.error.kind)).toEqual(['denied', 'denied']);
    },
  },
];

function told(result: ReadResult | undefined): string {
  if (result?.kind === 'value') return Buffer.from(result.value.reveal()).toString('utf8');
  return result?.kind === 'error' ? `${result.error.kind}: ${result.error.message}` : (result?.kind ?? 'nothing');
}

providerContract('aws, with Secrets Manager of moto,', async () => ({ ...(await openBench('SecretsManager')), store: admin.storeSecret, remove: admin.removeSecret }), exemptions('SecretsManager'));

providerContract('aws, with Parameter Store of moto,', async () => ({ ...(await openBench('ParameterStore')), store: admin.storeParameter, remove: admin.removeParameter }), [
  ...exemptions('ParameterStore'),
  {
    clause: 'returns bytes as they were stored, NUL and what is no UTF-8 among them',
    because: 'a parameter is text',
    instead: async (bench) => {
      await bench.store('text', bytes('text'));
      await using client = await bench.connect();
      expect((await client.read([{ key: 'text' }], never)).map(told)).toEqual(['text']);
    },
  },
  {
    clause: 'finds values below a path',
    because: 'a path of AWS begins with a slash',
    instead: async (bench) => {
      for (const key of ['/below/a', '/below/more/b', '/above/c']) await bench.store(key, bytes(key));
      await using client = await bench.connect();
      expect((await client.find?.({ path: '/below/' }, never))?.map(({ key }) => key)).toEqual(['/below/a', '/below/more/b']);
    },
  },
]);

describe.each(['SecretsManager', 'ParameterStore'])('aws, with %s of moto', (service) => {
  const store = (name: string, value: string): Promise<string> => (service === 'SecretsManager' ? admin.storeSecret : admin.storeParameter)(name, bytes(value));

  beforeEach(async () => {
    await admin.clear();
    await store('a', '1');
    await store('b', '2');
  });

  it('refuses a wrong secret access key as denied: the signature counts', async () => {
    await using client = await connectAws({ endpoint: moto.url, clock: systemClock, accessKeyId: userOf('editor').accessKeyId, secretAccessKey: 'wrong', fields: { service } });

    expect((await client.read([{ key: 'a' }, { key: 'b' }], never)).map((result) => result.kind === 'error' && result.error.kind)).toEqual(['denied', 'denied']);
  });

  it('reads one by one for a user whose policy does not name the call for many', async () => {
    await using client = await connectAs('single', { service });

    expect((await client.read([{ key: 'a' }, { key: 'b' }], never)).map(told)).toEqual(['1', '2']);
  });

  it('reads as a role, and as a role that another one assumes', async () => {
    await using client = await connectAs('assumer', { service, role: roles.get('reader') });
    await using chained = await connectAs('assumer', { service, additionalRoles: [roles.get('hop')], role: roles.get('reader'), sessionTags: [{ key: 'team', value: 'chain' }] });

    expect((await client.read([{ key: 'a' }], never)).map(told)).toEqual(['1']);
    expect((await chained.read([{ key: 'b' }], never)).map(told)).toEqual(['2']);
  });

  it('is denied what the role may not do', async () => {
    await using client = await connectAs('assumer', { service, role: roles.get('powerless') });

    // to a role moto says it with a status alone
    expect(told((await client.read([{ key: 'a' }], never))[0])).toMatch(/^denied: /);
  });

  it('is denied a role that the keys may not assume', async () => {
    await using client = await connectAs('nobody', { service, role: roles.get('reader') });

    expect(told((await client.read([{ key: 'a' }], never))[0])).toMatch(/^denied: AWS STS denies sts:AssumeRole \(AccessDenied/);
  });

  it('pushes with tags that it changes, and removes', async () => {
    await using client = await connectAs('editor', { service });

    expect(await push(client, 'pushed', { spec: { tags: { team: 'chain' } } })).toBe('written');
    expect(await push(client, 'pushed', { spec: { tags: { net: 'dev' } } })).toBe('written');
    expect((await client.read([{ key: 'pushed', metadata: true }], never)).map(told)).toEqual(['{"managed-by":"external-secrets","net":"dev"}']);
    expect([await unpush(client, 'pushed'), await unpush(client, 'pushed')]).toEqual(['removed', 'absent']);
  });
});

describe('aws, with moto', () => {
  it('counts a secret in its recovery window as absent, alone and in a batch, and can push it again', async () => {
    await admin.clear();
    await admin.storeSecret('b', bytes('2'));
    await using client = await connectAs('editor', { secretsManager: { recoveryWindowInDays: 7 } });
    await push(client, 'a');
    await unpush(client, 'a');

    expect((await client.read([{ key: 'a' }, { key: 'b' }], never)).map(({ kind }) => kind)).toEqual(['absent', 'value']);
    expect((await client.read([{ key: 'a' }], never)).map(({ kind }) => kind)).toEqual(['absent']);
    expect(await push(client, 'a', { value: 'again' })).toBe('written');
    expect((await client.read([{ key: 'a' }], never)).map(told)).toEqual(['again']);
  });

  it('tells the versions that a read returns', async () => {
    await admin.clear();
    const refs = Array.from({ length: 41 }, (_, index) => ({ key: `v/${index}` }));
    for (const { key } of refs) await admin.storeSecret(key, bytes(key));
    await admin.storeSecret('v/7', bytes('turned'));
    await using client = await connectAs('editor');
    const results = (await Promise.all([client.read(refs.slice(0, 20), never), client.read(refs.slice(20, 40), never), client.read(refs.slice(40), never)])).flat();

    expect(await client.versions?.(refs, never)).toEqual(results.map((result) => result.kind === 'value' && result.version));
  });

  it('reads parameters by version and by label', async () => {
    await admin.clear();
    await admin.storeParameter('turned', bytes('old'));
    await admin.storeParameter('turned', bytes('new'));
    await admin.storeParameter('other', bytes('v'));
    await using client = await connectAs('editor', { service: 'ParameterStore' });

    expect((await client.read([{ key: 'turned' }, { key: 'turned', version: '1' }, { key: 'other', version: '1' }, { key: 'other', version: '9' }], never)).map(told)).toEqual(['new', 'old', 'v', 'invalid: the parameter has no such version or label (ParameterVersionNotFound); check version']);
  });
});
