import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ProviderContext } from '../../src/provider/contract.ts';
import { startAwsIdentityServer } from '../../test/support/aws-identity-server.ts';
import { accountToken, awsRoles, callersOf, connectWithRoles, ownContext, readAsStore, startAwsWithRoles } from '../../test/support/aws-roles.ts';
import type { CountingAws } from '../../test/support/counting-aws.ts';
import type { FakeClock } from '../../test/support/fake-clock.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';

const never = new AbortController().signal;

let server: CountingAws;
let clock: FakeClock;

beforeEach(async () => {
  clock = createFakeClock();
  server = await startAwsWithRoles(clock);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
});

const readAs = (fields: object, context: Partial<ProviderContext> = {}): Promise<string> => readAsStore(server, { clock, fields, context });
const seen = (): readonly string[] => callersOf(server);

describe("Prelude's own identity", () => {
  const nobody = { auth: {} };

  it('is refused to a store that may not have it', async () => {
    await expect(readAs(nobody)).rejects.toMatchObject({ kind: 'denied', message: 'the store names no credentials, and may not ask AWS as Prelude itself' });
  });

  it('is that of its environment, where it has keys', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', server.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'not-a-real-secret-key');

    expect(await readAs(nobody, ownContext)).toBe('value a');
    expect(seen()).toEqual(['GetSecretValue by AKIDCOUNTING']);
  });

  it('is that of its service account in EKS, and may assume roles', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'prelude-irsa-'));
    await writeFile(join(folder, 'token'), accountToken);
    vi.stubEnv('AWS_WEB_IDENTITY_TOKEN_FILE', join(folder, 'token'));
    vi.stubEnv('AWS_ROLE_ARN', awsRoles.hop);

    expect(await readAs({ ...nobody, role: awsRoles.strict }, ownContext)).toBe('value a');
    expect(server.sessions.assumed.map(({ role, by }) => [role, by])).toEqual([[awsRoles.hop, 'service account'], [awsRoles.strict, awsRoles.hop]]);
    await rm(folder, { recursive: true });
  });

  it('is that of its pod, by the agent of EKS Pod Identity', async () => {
    await using agent = await startAwsIdentityServer({ accessKeyId: 'ASIAMACHINE', podToken: 'token-of-the-pod' });
    const folder = await mkdtemp(join(tmpdir(), 'prelude-pod-identity-'));
    await writeFile(join(folder, 'token'), 'token-of-the-pod');
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', `${agent.url}/credentials`);
    vi.stubEnv('AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', join(folder, 'token'));
    await using client = await connectWithRoles(server, { clock, fields: nobody, context: ownContext });
    await client.read([{ key: 'a' }], never);
    await client.read([{ key: 'a' }], never);

    expect(agent.seen).toEqual(['GET /credentials']);
    expect(seen()).toEqual(['GetSecretValue by ASIAMACHINE', 'GetSecretValue by ASIAMACHINE']);
    await rm(folder, { recursive: true });
  });

  it('is that of its machine, by the metadata service', async () => {
    await using machine = await startAwsIdentityServer({ accessKeyId: 'ASIAMACHINE', podToken: 'none' });
    vi.stubEnv('AWS_EC2_METADATA_SERVICE_ENDPOINT', machine.url);

    expect(await readAs(nobody, ownContext)).toBe('value a');
    expect(seen()).toEqual(['GetSecretValue by ASIAMACHINE']);
    expect(machine.seen[0]).toBe('PUT /latest/api/token');
  });

  it('is an error that says so where there is none', async () => {
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');

    expect(await readAs(nobody, ownContext)).toBe("unavailable: Prelude has no AWS identity: neither its environment, nor its service account, nor its machine gives it one; name credentials in the store's auth");
  });
});
