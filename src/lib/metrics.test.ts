import { describe, expect, it } from 'vitest';
import { createMetrics, type Metrics } from './metrics.ts';

function bare(): Metrics {
  return createMetrics({ version: '1.2.3', process: false });
}

/** The sample lines, without comments. */
async function samples(metrics: Metrics): Promise<readonly string[]> {
  const { text } = await metrics.expose();
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

describe('createMetrics', () => {
  it('says what runs', async () => {
    const lines = await samples(bare());

    expect(lines).toEqual([`prelude_build_info{version="1.2.3",node="${process.versions.node}"} 1`]);
  });

  it('counts reconciles by controller and outcome and times them by controller', async () => {
    const metrics = bare();

    metrics.reconciled('external-secret', 'synced', 0.01);
    metrics.reconciled('external-secret', 'synced', 0.03);
    metrics.reconciled('external-secret', 'failed', 3);

    const lines = await samples(metrics);
    expect(lines).toContain('prelude_reconcile_total{controller="external-secret",outcome="synced"} 2');
    expect(lines).toContain('prelude_reconcile_total{controller="external-secret",outcome="failed"} 1');
    expect(lines).toContain('prelude_reconcile_duration_seconds_count{controller="external-secret"} 3');
    expect(lines).toContain('prelude_reconcile_duration_seconds_bucket{le="0.02",controller="external-secret"} 1');
  });

  it('counts provider calls and the references they carried', async () => {
    const metrics = bare();

    metrics.providerCalled({ provider: 'aws', outcome: 'ok', refs: 20, seconds: 0.1 });
    metrics.providerCalled({ provider: 'aws', outcome: 'throttled', refs: 5, seconds: 0.1 });

    const lines = await samples(metrics);
    expect(lines).toContain('prelude_provider_calls_total{provider="aws",outcome="ok"} 1');
    expect(lines).toContain('prelude_provider_calls_total{provider="aws",outcome="throttled"} 1');
    expect(lines).toContain('prelude_provider_refs_total{provider="aws"} 25');
  });

  it('counts what was spared by sharing and by comparing versions, and how long calls were held back', async () => {
    const metrics = bare();

    metrics.providerSpared('aws', 3);
    metrics.versionsCalled({ provider: 'aws', outcome: 'denied', refs: 500, seconds: 0.1 });
    metrics.providerHeld('aws', 1.5);

    const lines = await samples(metrics);
    expect(lines).toContain('prelude_provider_refs_spared_total{provider="aws"} 3');
    expect(lines).toContain('prelude_provider_version_calls_total{provider="aws",outcome="denied"} 1');
    expect(lines).toContain('prelude_provider_held_seconds_total{provider="aws"} 1.5');
  });

  it('counts API requests by verb, resource and code', async () => {
    const metrics = bare();

    metrics.apiRequested({ verb: 'update', resource: 'secrets', code: '409', seconds: 0.01 });

    expect(await samples(metrics)).toContain('prelude_api_requests_total{verb="update",resource="secrets",code="409"} 1');
  });

  it('asks a queue for its depth at every scrape', async () => {
    const metrics = bare();
    let depth = 4;
    metrics.watchQueue('application', () => depth);

    const before = await samples(metrics);
    depth = 0;
    const after = await samples(metrics);

    expect(before).toContain('prelude_queue_depth{controller="application"} 4');
    expect(after).toContain('prelude_queue_depth{controller="application"} 0');
  });

  it('shows the objects of a kind by state, and drops a state that nothing is in any more', async () => {
    const metrics = bare();
    let byState: Readonly<Record<string, number>> = { synced: 8, failed: 2 };
    metrics.watchObjects('ExternalSecret', () => ({ byState, stale: 1, oldestSuccess: 7200 }));

    const before = await samples(metrics);
    byState = { synced: 10 };
    const after = await samples(metrics);

    expect(before).toContain('prelude_objects{kind="ExternalSecret",state="failed"} 2');
    expect(before).toContain('prelude_objects_stale{kind="ExternalSecret"} 1');
    expect(before).toContain('prelude_objects_oldest_success_seconds{kind="ExternalSecret"} 7200');
    expect(after).toContain('prelude_objects{kind="ExternalSecret",state="synced"} 10');
    expect(after.some((line) => line.includes('state="failed"'))).toBe(false);
  });

  it('shares nothing between two registries', async () => {
    const one = bare();
    const other = bare();

    one.reconciled('x', 'synced', 1);

    expect((await samples(other)).some((line) => line.includes('controller="x"'))).toBe(false);
  });

  it('tells of its process where asked to: memory, garbage collection and event-loop lag', async () => {
    const { text, contentType } = await createMetrics({ version: '1', process: true }).expose();

    expect(contentType).toMatch(/^text\/plain; version=0\.0\.4/);
    for (const name of ['process_resident_memory_bytes', 'nodejs_gc_duration_seconds', 'nodejs_eventloop_lag_p99_seconds']) expect(text).toContain(name);
  });
});
