import { execFile } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { awsRoles, connectWithRoles, startAwsWithRoles } from '../../test/support/aws-roles.ts';
import type { CountingAws } from '../../test/support/counting-aws.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { getPrivateToken, getPublicToken } from './registry-token.ts';
import { sdkSettings, settingsAt } from './sdk-settings.ts';

const never = new AbortController().signal;
const requested = z.object({ request: z.object({ host: z.string() }) });

let server: CountingAws;
let folder: string;
let hosts: Set<string>;
const note = (message: unknown): void => void hosts.add(requested.parse(message).request.host);

/** An environment in which the SDK would ask the metadata service of a machine, and files that nobody reads to their end. */
beforeEach(async () => {
  server = await startAwsWithRoles(createFakeClock());
  folder = await mkdtemp(join(tmpdir(), 'prelude-aws-'));
  await promisify(execFile)('mkfifo', [join(folder, 'config')]);
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'config'));
  vi.stubEnv('AWS_DEFAULTS_MODE', 'auto');
  hosts = new Set();
  subscribe('http.client.request.start', note);
});

afterEach(async () => {
  unsubscribe('http.client.request.start', note);
  vi.unstubAllEnvs();
  await server.close();
  await rm(folder, { recursive: true });
});

it.each(['SecretsManager', 'ParameterStore'])('a store of %s with keys of its own reads no files of the machine, and asks no metadata service', async (service) => {
  await using client = await connectWithRoles(server, { clock: createFakeClock(), fields: { service, role: awsRoles.reader } });

  expect((await client.read([{ key: 'a' }], never))[0]).toMatchObject({ kind: 'value' });
  expect([...hosts]).toEqual(['127.0.0.1']);
});

it.each([['private', getPrivateToken], ['public', getPublicToken]] as const)('a %s registry is asked without them, too', async (_, get) => {
  const key = SecretBytes.fromUtf8(server.accessKeyId);

  await expect(get({ region: 'eu-central-1', keys: { accessKeyId: key, secretAccessKey: key }, settings: settingsAt(server.url) }, never)).rejects.toThrow('AWS ECR');
  expect([...hosts]).toEqual(['127.0.0.1']);
});

it.each([
  [{ AWS_ENDPOINT_URL: 'https://all.example' }, 'https://all.example'],
  [{ AWS_ENDPOINT_URL: 'https://all.example', AWS_ENDPOINT_URL_SSM: 'https://ssm.example' }, 'https://ssm.example'],
  [{ AWS_ENDPOINT_URL_SSM: 'https://ssm.example', AWS_SSM_ENDPOINT: 'https://upstream.example' }, 'https://upstream.example'],
  [{ AWS_ENDPOINT_URL_STS: 'https://sts.example' }, undefined],
])('of the variables that send a service elsewhere the narrowest counts (%j)', (environment, endpoint) => {
  expect(sdkSettings('parameterStore', new Map(Object.entries(environment))).endpoint).toBe(endpoint);
});

it('endpoints by FIPS 140 and for IPv6 are those of the environment', () => {
  expect(sdkSettings('sts', new Map([['AWS_USE_FIPS_ENDPOINT', 'true'], ['AWS_USE_DUALSTACK_ENDPOINT', 'true']]))).toMatchObject({ useFipsEndpoint: true, useDualstackEndpoint: true });
  expect(sdkSettings('sts', new Map([['AWS_USE_FIPS_ENDPOINT', 'false']]))).toMatchObject({ useFipsEndpoint: false, useDualstackEndpoint: false });
});
