import { describe, expect, it } from 'vitest';
import { parseOperation } from './application-operation.ts';

describe('parseOperation', () => {
  it("reads what Argo CD's CLI sets", () => {
    const asked = {
      sync: { revision: 'a'.repeat(40), prune: true, dryRun: true, resources: [{ group: 'apps', kind: 'Deployment', name: 'node', namespace: 'devnet' }, { kind: 'ConfigMap', name: 'a' }], syncOptions: ['Replace=true'], syncStrategy: { apply: { force: true } } },
      retry: { limit: 2, backoff: { duration: '5s', factor: 3, maxDuration: '1m' } },
      initiatedBy: { username: 'alice' },
      info: [{ name: 'reason', value: 'because' }],
    };

    expect(parseOperation(asked)).toEqual({
      ok: true,
      value: {
        ...{ revision: 'a'.repeat(40), prune: true, dryRun: true, choices: { replace: true }, skipHooks: true, force: true },
        resources: [{ group: 'apps', kind: 'Deployment', name: 'node', namespace: 'devnet' }, { group: '', kind: 'ConfigMap', name: 'a' }],
        retry: { limit: 2, duration: 5_000, factor: 3, maxDuration: 60_000 },
        ...{ initiatedBy: { username: 'alice' }, info: [{ name: 'reason', value: 'because' }] },
      },
    });
  });

  it('asks for the whole, once, with hooks and without deletions, where nothing is said', () => {
    expect(parseOperation({ sync: { syncStrategy: { hook: {} } } })).toMatchObject({ ok: true, value: { prune: false, dryRun: false, resources: [], skipHooks: false, force: false, retry: { limit: 0 } } });
    expect(parseOperation({ sync: { revisions: ['a', 'b'], sources: [1] } })).toMatchObject({ value: { revision: 'a,b', source: { sources: [1] } } });
  });

  it.each<[unknown, string]>([
    [{ sync: { manifests: ['kind: Pod'] } }, 'operation.sync.manifests: is not supported: what is applied comes from Git, where it can be reviewed'],
    [{ sync: { resources: [{ name: 'a' }] } }, 'operation.sync.resources[0].kind: is required'],
    [{ sync: { syncOptions: ['ServerSideApply=false'] } }, 'operation.sync.syncOptions[0]: objects from Git are always applied by the API server; remove it'],
    [{ sync: {}, other: 1 }, 'operation.other: unknown field'],
    [{}, 'operation.sync: is required'],
    ['sync', 'operation: must be object, received string'],
  ])('refuses %j', (value, message) => {
    const parsed = parseOperation(value);
    expect(parsed.ok ? [] : parsed.errors.map((error) => `${error.path}: ${error.message}`)).toEqual([message]);
  });
});
