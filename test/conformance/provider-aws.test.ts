import { DeleteSecretCommand, CreateSecretCommand, PutSecretValueCommand, ResourceExistsException, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import type { ProviderClient } from '../../src/provider/contract.ts';
import { exemptionBy, providerContract, readsOnly } from '../contract/provider.contract.ts';
import type { ProviderBench } from '../contract/provider.contract.ts';
import { connectAws } from '../support/aws-store.ts';
import { startCountingAws } from '../support/counting-aws.ts';
import type { AwsUser, Moto } from '../support/moto.ts';
import { startMoto } from '../support/moto.ts';

const never = new AbortController().signal;

let moto: Moto;
let admin: SecretsManagerClient;
const users = new Map<string, AwsUser>();
const readers = ['secretsmanager:GetSecretValue', 'secretsmanager:BatchGetSecretValue'];

beforeAll(async () => {
  moto = await startMoto();
  users.set('admin', await moto.createUser('admin', ['*']));
  users.set('reader', await moto.createUser('reader', readers));
  users.set('single', await moto.createUser('single', readers.slice(0, 1)));
  users.set('nobody', await moto.createUser('nobody', []));
  await moto.enforce(true);
  admin = new SecretsManagerClient({ endpoint: moto.url, region: 'eu-central-1', credentials: userOf('admin') });
  // the first run on a machine installs moto
}, 300_000);

afterAll(async () => {
  admin?.destroy();
  await moto?.[Symbol.asyncDispose]();
});

function userOf(name: string): AwsUser {
  const user = users.get(name);
  if (user === undefined) throw new Error(`there is no user ${name}`);
  return user;
}

function connectAs(name: string, prefix = ''): Promise<ProviderClient> {
  return connectAws({ endpoint: moto.url, clock: systemClock, ...userOf(name), prefix });
}

/** Stores a value as a client of AWS does: as text where it is text. */
async function store(name: string, value: Uint8Array): Promise<string> {
  const text = new TextDecoder().decode(value);
  const content = Buffer.from(text).equals(value) ? { SecretString: text } : { SecretBinary: value };
  try {
    const { VersionId } = await admin.send(new CreateSecretCommand({ Name: name, ...content }));
    return `uuid/${VersionId}`;
  } catch (error) {
    if (!(error instanceof ResourceExistsException)) throw error;
    const { VersionId } = await admin.send(new PutSecretValueCommand({ SecretId: name, ...content }));
    return `uuid/${VersionId}`;
  }
}

let benches = 0;

/** Each bench has names of its own on the one server, by the store's prefix. */
async function openBench(): Promise<ProviderBench> {
  benches += 1;
  const prefix = `bench-${benches}/`;
  const silent = await startCountingAws();
  silent.behave('hang');
  return {
    connect: async (condition) => {
      if (condition === 'down') return connectAws({ endpoint: 'http://127.0.0.1:1', clock: systemClock, ...userOf('reader'), prefix });
      if (condition === 'hanging') return connectAws({ endpoint: silent.url, clock: systemClock, accessKeyId: silent.accessKeyId, prefix });
      if (condition === 'refused') return connectAws({ endpoint: moto.url, clock: systemClock, accessKeyId: 'AKIDSTRANGER', prefix });
      return connectAs('reader', prefix);
    },
    store: (key, value) => store(prefix + key, value),
    remove: async (key) => {
      await admin.send(new DeleteSecretCommand({ SecretId: prefix + key, ForceDeleteWithoutRecovery: true }));
    },
    impossibleKey: 'x'.repeat(3000),
    close: silent.close,
  };
}

providerContract('aws, with moto,', openBench, [
  ...readsOnly,
  exemptionBy('returns the metadata of a value as a JSON object, and none of the value', 'tags are not read yet', async (client) => {
    expect(await client.read([{ key: 'a', metadata: true }], never)).toMatchObject([{ kind: 'error', error: { kind: 'unsupported' } }]);
  }),
  {
    clause: 'returns an empty value as a value',
    because: 'AWS keeps none: SecretString has at least one character',
    instead: async (bench) => {
      await bench.store('empty', new Uint8Array());
      await using client = await bench.connect();
      expect(await client.read([{ key: 'empty' }], never)).toEqual([{ kind: 'absent' }]);
    },
  },
  {
    clause: 'fails a denied key as denied, and no other',
    because: "moto's policies know actions and no resources; aws.test.ts shows it for one key",
    instead: async (bench) => {
      await bench.store('denied', new TextEncoder().encode('v'));
      await using client = await connectAs('nobody', `bench-${benches}/`);
      const results = await client.read([{ key: 'denied' }, { key: 'nowhere' }], never);
      expect(results.map((result) => result.kind === 'error' && result.error.kind)).toEqual(['denied', 'denied']);
    },
  },
]);

describe('aws, with moto', () => {
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);

  it('refuses a wrong secret access key as denied: the signature counts', async () => {
    await using client = await connectAws({ endpoint: moto.url, clock: systemClock, accessKeyId: userOf('reader').accessKeyId, secretAccessKey: 'wrong' });

    expect((await client.read([{ key: 'a' }, { key: 'b' }], never)).map((result) => result.kind === 'error' && result.error.kind)).toEqual(['denied', 'denied']);
  });

  it('reads one by one for a user whose policy does not name BatchGetSecretValue', async () => {
    await store('single/a', text('1'));
    await store('single/b', text('2'));
    await using client = await connectAs('single', 'single/');
    const results = await client.read([{ key: 'a' }, { key: 'b' }], never);

    expect(results.map((result) => result.kind)).toEqual(['value', 'value']);
  });

  it('counts a secret in its recovery window as absent, alone and in a batch', async () => {
    await store('window/a', text('1'));
    await store('window/b', text('2'));
    await admin.send(new DeleteSecretCommand({ SecretId: 'window/a', RecoveryWindowInDays: 7 }));
    await using client = await connectAs('reader', 'window/');

    expect((await client.read([{ key: 'a' }, { key: 'b' }], never)).map(({ kind }) => kind)).toEqual(['absent', 'value']);
    expect((await client.read([{ key: 'a' }], never)).map(({ kind }) => kind)).toEqual(['absent']);
  });
});
