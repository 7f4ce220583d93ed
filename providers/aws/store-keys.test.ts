import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProviderContext } from '../../src/provider/contract.ts';
import { createRegistry, erase } from '../../src/provider/registry.ts';
import { accountContext, awsRoles, callersOf, connectWithRoles, readAsStore, startAwsWithRoles, told } from '../../test/support/aws-roles.ts';
import { awsProviderOf } from '../../test/support/aws-store.ts';
import type { CountingAws } from '../../test/support/counting-aws.ts';
import type { FakeClock } from '../../test/support/fake-clock.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { aws } from './index.ts';

const never = new AbortController().signal;
const account = { auth: { jwt: { serviceAccountRef: { name: 'app', audiences: ['more'] } } } };

let server: CountingAws;
let clock: FakeClock;

beforeEach(async () => {
  clock = createFakeClock();
  server = await startAwsWithRoles(clock);
});

afterEach(async () => {
  await server.close();
});

const readAs = (fields: object, context: Partial<ProviderContext> = {}): Promise<string> => readAsStore(server, { clock, fields, context });
const seen = (): readonly string[] => callersOf(server);

describe('a role', () => {
  it('is assumed with the keys of the store, once for all reads', async () => {
    await using client = await connectWithRoles(server, { clock, fields: { role: awsRoles.reader } });
    await Promise.all(Array.from({ length: 10 }, () => client.read([{ key: 'a' }, { key: 'b' }], never)));

    expect(server.calls('AssumeRole')).toBe(1);
    expect(server.calls('BatchGetSecretValue')).toBe(10);
    expect(new Set(seen())).toEqual(new Set(['AssumeRole by AKIDCOUNTING', 'BatchGetSecretValue by ASIASESSION1']));
  });

  it('is assumed for Parameter Store, too', async () => {
    expect(await readAs({ service: 'ParameterStore', role: awsRoles.reader })).toBe('parameter a');
    expect(seen()).toEqual(['AssumeRole by AKIDCOUNTING', 'GetParameter by ASIASESSION1']);
  });

  it('is assumed after the roles before it, one by the other', async () => {
    expect(await readAs({ role: awsRoles.strict, additionalRoles: [awsRoles.reader, awsRoles.hop] })).toBe('value a');
    expect(server.sessions.assumed.map(({ role, by }) => [role, by])).toEqual([
      [awsRoles.reader, 'AKIDCOUNTING'],
      [awsRoles.hop, awsRoles.reader],
      [awsRoles.strict, awsRoles.hop],
    ]);
  });

  it('is assumed with the external id and the tags that are for it alone', async () => {
    const tags = { sessionTags: [{ key: 'team', value: 'chain' }], transitiveTagKeys: ['team'] };

    expect(await readAs({ role: awsRoles.external, additionalRoles: [awsRoles.hop], externalID: 'agreed', ...tags })).toBe('value a');
    expect(server.sessions.assumed).toEqual([
      { role: awsRoles.hop, by: 'AKIDCOUNTING', tags: {}, transitive: [] },
      { role: awsRoles.external, by: awsRoles.hop, tags: { team: 'chain' }, transitive: ['team'], externalId: 'agreed' },
    ]);
  });

  it.each([
    [{ role: awsRoles.strict }, 'denied: AWS STS denies sts:AssumeRole (AccessDenied); allow it to the identity of auth and role, and let the role trust that identity'],
    [{ role: awsRoles.external, externalID: 'wrong' }, 'denied: AWS STS denies sts:AssumeRole (AccessDenied); allow it to the identity of auth and role, and let the role trust that identity'],
    [{ role: awsRoles.untaggable, sessionTags: [{ key: 'a', value: 'b' }] }, 'denied: AWS STS denies sts:AssumeRole and sts:TagSession (AccessDenied); allow it to the identity of auth and role, and let the role trust that identity'],
    [{ role: awsRoles.reader, sessionTags: [{ key: 'a<b', value: 'b' }] }, 'invalid: AWS STS refuses sts:AssumeRole and sts:TagSession (ValidationError); check region, role and parameters'],
  ])('is refused as AWS does: %j', async (fields, message) => {
    expect(await readAs(fields)).toBe(message);
  });

  it('that is refused is not asked for with every read', async () => {
    await using client = await connectWithRoles(server, { clock, fields: { role: awsRoles.strict } });
    const readAgain = async (): Promise<number> => {
      expect(told((await client.read([{ key: 'a' }], never))[0])).toContain('denied: AWS STS denies sts:AssumeRole');
      return server.calls('AssumeRole');
    };

    expect([await readAgain(), await readAgain(), await readAgain()]).toEqual([1, 1, 1]);
    await clock.advance(5_000);
    expect(await readAgain()).toBe(2);
  });

  it.each([
    ['error-500', 'unavailable: AWS STS is not available (InternalServiceError)'],
    ['throttle', 'throttled: AWS STS asks to slow down (ThrottlingException)'],
    ['html', 'unavailable: the endpoint does not answer as AWS STS does: there are no credentials'],
    ['reset', 'unavailable: AWS STS cannot be reached (ECONNRESET)'],
  ] as const)('fails clearly where STS answers with %s', async (mood, message) => {
    server.behaveSts(mood);

    expect(await readAs({ role: awsRoles.reader })).toBe(message);
  });

  it('does not wait for STS longer than 20 seconds, and for no longer than anybody waits', async () => {
    server.behaveSts('hang');
    await using client = await connectWithRoles(server, { clock, fields: { role: awsRoles.reader } });
    const controller = new AbortController();
    const patient = client.read([{ key: 'a' }], never);
    const impatient = client.read([{ key: 'a' }], controller.signal);
    controller.abort(new Error('enough'));

    await expect(impatient).rejects.toThrow('enough');
    await clock.advance(20_000);
    expect(told((await patient)[0])).toBe('unavailable: AWS STS did not answer within 20 s');
  });
});

describe('keys of a session', () => {
  it('are renewed before they end, whoever reads then, by one call', async () => {
    await using client = await connectWithRoles(server, { clock, fields: { role: awsRoles.reader } });
    const read = async (): Promise<number> => {
      const results = await Promise.all([client.read([{ key: 'a' }], never), client.read([{ key: 'b' }], never)]);
      expect(results.map(([result]) => result?.kind)).toEqual(['value', 'value']);
      return server.calls('AssumeRole');
    };

    expect(await read()).toBe(1);
    await clock.advance(54 * 60_000);
    expect(await read()).toBe(1);
    await clock.advance(60_000);
    await read();
    await expect.poll(() => server.calls('AssumeRole')).toBe(2);
  });

  it('that have ended and cannot be renewed are an error, until others are to be had', async () => {
    await using client = await connectWithRoles(server, { clock, fields: { role: awsRoles.reader } });
    const read = async (): Promise<string> => told((await client.read([{ key: 'a' }], never))[0]);
    await read();
    server.behaveSts('error-500');
    await clock.advance(60 * 60_000);
    expect(await read()).toBe('unavailable: AWS STS is not available (InternalServiceError)');
    server.behaveSts('well');
    await clock.advance(5_000);
    expect(await read()).toBe('value a');
  });

  it('that AWS says have ended are replaced, and the call is made again', async () => {
    await using client = await connectWithRoles(server, { clock, fields: { role: awsRoles.reader } });
    await client.read([{ key: 'a' }], never);
    await clock.advance(60_000);
    server.sessions.end();
    server.resetCalls();

    expect(told((await client.read([{ key: 'a' }], never))[0])).toBe('value a');
    expect(seen()).toEqual(['GetSecretValue by ASIASESSION1', 'AssumeRole by AKIDCOUNTING', 'GetSecretValue by ASIASESSION2']);
  });

  it('that have ended as soon as they come are not asked for again and again', async () => {
    server.sessions.live(-1000);
    await using client = await connectWithRoles(server, { clock, fields: { role: awsRoles.reader } });

    for (let round = 0; round < 3; round += 1) expect(told((await client.read([{ key: 'a' }], never))[0])).toBe('denied: AWS refuses the access key (ExpiredTokenException); check auth and role');
    expect(server.calls('AssumeRole')).toBe(1);
  });

  it('stand in nothing that can be printed', async () => {
    await using client = await connectWithRoles(server, { clock, fields: { role: awsRoles.reader } });
    await client.read([{ key: 'a' }], never);

    expect(inspect(client, { depth: 9, showHidden: true })).not.toMatch(/session-secret|session-token/);
  });
});

describe('a service account', () => {
  it('gives the role of its annotation, for a token that is asked for anew when the keys are', async () => {
    const tokens: unknown[] = [];
    await using client = await connectWithRoles(server, { clock, fields: account, context: accountContext(tokens) });
    await client.read([{ key: 'a' }], never);
    await client.read([{ key: 'b' }], never);
    await clock.advance(56 * 60_000);
    await client.read([{ key: 'a' }], never);

    const asked = { name: 'app', audiences: ['sts.amazonaws.com'], expirationSeconds: 600 };
    await expect.poll(() => server.sessions.assumed.length).toBe(2);
    expect(tokens).toEqual([asked, asked]);
    expect(server.sessions.assumed.map(({ role, by }) => [role, by])).toEqual([[awsRoles.hop, 'service account'], [awsRoles.hop, 'service account']]);
  });

  it('asks for the audience of its annotation, and its role may assume another', async () => {
    const tokens: unknown[] = [];
    const annotations = { 'eks.amazonaws.com/role-arn': awsRoles.hop, 'eks.amazonaws.com/audience': 'audience.example' };

    expect(await readAs({ ...account, role: awsRoles.strict }, accountContext(tokens, annotations))).toBe('value a');
    expect(tokens).toMatchObject([{ audiences: ['audience.example'] }]);
    expect(server.sessions.assumed.map(({ role, by }) => [role, by])).toEqual([[awsRoles.hop, 'service account'], [awsRoles.strict, awsRoles.hop]]);
  });

  it('without the annotation is refused', async () => {
    expect(await readAs(account, accountContext([], {}))).toBe('invalid: ServiceAccount "app" has no annotation eks.amazonaws.com/role-arn, which names the role that it assumes');
  });
});

describe('tags that say who asks', () => {
  const asking = (namespace: string): Partial<ProviderContext> => ({ store: { scope: 'cluster', name: 'ClusterSecretStore testnets', namespace } });
  const simple = { role: awsRoles.reader, sessionTagsPolicy: 'Simple', sessionTags: [{ key: 'team', value: 'chain' }] };

  it('are the namespace and the store, with the policy Simple, instead of other tags', async () => {
    await readAs(simple, asking('devnet-1'));
    await readAs({ ...simple, transitiveTagKeys: ['esoNamespace'] }, { store: { scope: 'namespaced', name: 'SecretStore devnet-2/aws', namespace: 'devnet-2' } });

    expect(server.sessions.assumed.map(({ tags, transitive }) => [tags, transitive])).toEqual([
      [{ esoNamespace: 'devnet-1', esoStoreName: 'testnets', esoStoreKind: 'ClusterSecretStore' }, []],
      [{ esoNamespace: 'devnet-2', esoStoreName: 'aws', esoStoreKind: 'SecretStore' }, ['esoNamespace']],
    ]);
  });

  it('are beside the custom ones with the policy Custom', async () => {
    await readAs({ ...simple, sessionTagsPolicy: 'Custom', customSessionTags: { cost: 'testnets', empty: '' } }, asking('devnet-1'));

    expect(server.sessions.assumed[0]?.tags).toEqual({ cost: 'testnets', esoNamespace: 'devnet-1', esoStoreName: 'testnets', esoStoreKind: 'ClusterSecretStore' });
  });

  it('make each namespace and store somebody of its own, and nothing else does', () => {
    const inputsOf = (fields: object): readonly string[] => createRegistry([erase(aws)]).configure({ aws: { ...awsProviderOf().aws, ...fields } }).consumerInputs;

    expect(inputsOf(simple)).toEqual(['namespace', 'store']);
    expect(inputsOf({ role: awsRoles.reader, sessionTagsPolicy: 'None' })).toEqual([]);
    expect(inputsOf({ role: awsRoles.reader, sessionTags: [{ key: 'a', value: 'b' }] })).toEqual([]);
  });

  it('leave a cluster store unknown while nobody asks', async () => {
    await using client = await connectWithRoles(server, { clock, fields: simple, context: { store: { scope: 'cluster', name: 'ClusterSecretStore testnets' } } });

    expect(await client.validate?.(never)).toBe('unknown');
    expect(server.calls()).toBe(0);
  });
});

describe('validating a store', () => {
  it('takes its roles, and reads nothing', async () => {
    await using client = await connectWithRoles(server, { clock, fields: { role: awsRoles.reader } });

    expect(await client.validate?.(never)).toBe('valid');
    expect(server.requests.map(({ operation }) => operation)).toEqual(['AssumeRole']);
  });

  it('fails where a role is refused', async () => {
    await using client = await connectWithRoles(server, { clock, fields: { role: awsRoles.strict } });

    await expect(client.validate?.(never)).rejects.toMatchObject({ kind: 'denied' });
  });

  it('asks nobody about keys that stand in a Secret', async () => {
    await using client = await connectWithRoles(server, { clock, fields: {} });

    expect(await client.validate?.(never)).toBe('valid');
    expect(server.calls()).toBe(0);
  });
});
