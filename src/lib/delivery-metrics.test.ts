import { expect, it } from 'vitest';
import { createMetrics } from './metrics.ts';

const labels = { namespace: 'argocd', application: 'devnet' };

it('tells the figures of deliveries by Application, and forgets those of one that is gone', async () => {
  const metrics = createMetrics({ version: 'test', process: false });
  const deliveries = metrics.deliveries();
  let records = [{ ...labels, deployments: 3, unhealthySince: 60_000 }];
  deliveries.watchRecords(() => records);
  deliveries.delivered(labels, 120);
  deliveries.failed(labels, 'degraded');
  deliveries.restored(labels, 45);
  deliveries.notified('team', 'sent');
  const first = await metrics.expose();

  for (const line of [
    'prelude_delivery_deployments_total{namespace="argocd",application="devnet"} 3',
    'prelude_delivery_lead_time_seconds_sum{namespace="argocd",application="devnet"} 120',
    'prelude_delivery_failed_changes_total{namespace="argocd",application="devnet",reason="degraded"} 1',
    'prelude_delivery_time_to_restore_seconds_count{namespace="argocd",application="devnet"} 1',
    'prelude_delivery_unhealthy_since_seconds{namespace="argocd",application="devnet"} 60',
    'prelude_notifications_total{service="team",outcome="sent"} 1',
  ]) {
    expect(first.text).toContain(line);
  }
  expect((await metrics.expose()).text).toContain('prelude_delivery_deployments_total{namespace="argocd",application="devnet"} 3');
  records = [];
  expect((await metrics.expose()).text).not.toContain('application="devnet"');
});

it('has no such figures where nobody asks for them', async () => {
  expect((await createMetrics({ version: 'test', process: false }).expose()).text).not.toContain('prelude_delivery');
});
