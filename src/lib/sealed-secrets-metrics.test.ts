import { describe, expect, it } from 'vitest';
import { createMetrics } from './metrics.ts';
import type { SealedCondition } from './sealed-secrets-metrics.ts';

function open() {
  const metrics = createMetrics({ version: '1.2.3', process: false });
  const lines = async (): Promise<readonly string[]> => (await metrics.expose()).text.split('\n').filter((line) => line.startsWith('sealed_secrets_controller_'));
  return { metrics, lines };
}

describe("Sealed Secrets' metrics", () => {
  it('are not there where nobody opens SealedSecrets, and once where two ask for them', async () => {
    const { metrics, lines } = open();
    expect(await lines()).toEqual([]);

    metrics.sealedSecrets().requested();
    metrics.sealedSecrets().requested();

    expect(await lines()).toEqual(['sealed_secrets_controller_build_info{revision="1.2.3"} 1', 'sealed_secrets_controller_unseal_requests_total 2']);
  });

  it('answer the queries of its dashboard and its alert: requests, and errors by reason and namespace', async () => {
    const { metrics, lines } = open();
    const { failed } = metrics.sealedSecrets();

    failed('unseal', 'devnet');
    failed('unseal', 'devnet');
    failed('unmanaged', 'testnet');

    expect(await lines()).toEqual([
      'sealed_secrets_controller_build_info{revision="1.2.3"} 1',
      'sealed_secrets_controller_unseal_requests_total 0',
      'sealed_secrets_controller_unseal_errors_total{reason="unseal",namespace="devnet"} 2',
      'sealed_secrets_controller_unseal_errors_total{reason="unmanaged",namespace="testnet"} 1',
    ]);
  });

  it('show the condition of each object as it is at the scrape, and nothing of one that is gone', async () => {
    const { metrics, lines } = open();
    let objects: readonly SealedCondition[] = [
      { namespace: 'a', name: 'good', instance: 'shop', isSynced: true },
      { namespace: 'a', name: 'bad', instance: '', isSynced: false },
    ];
    metrics.sealedSecrets().watchConditions(() => objects);
    const conditions = async (): Promise<readonly string[]> => (await lines()).filter((line) => line.includes('condition_info'));

    expect(await conditions()).toEqual([
      'sealed_secrets_controller_condition_info{namespace="a",name="good",condition="Synced",ss_app_kubernetes_io_instance="shop"} 1',
      'sealed_secrets_controller_condition_info{namespace="a",name="bad",condition="Synced",ss_app_kubernetes_io_instance=""} -1',
    ]);
    objects = [];
    expect(await conditions()).toEqual([]);
  });

  it('count answers to kubeseal by path, code and method, and a method that nobody knows as one', async () => {
    const { metrics, lines } = open();
    const { answered } = metrics.sealedSecrets();

    answered({ path: '/v1/verify', method: 'POST', status: 409, seconds: 0.25 });
    for (const method of ['BREW', 'WHEN']) answered({ path: '/v1/cert.pem', method, status: 405, seconds: 0.001 });

    const found = await lines();
    expect(found.filter((line) => line.includes('http_requests_total'))).toEqual([
      'sealed_secrets_controller_http_requests_total{path="/v1/verify",code="409",method="post"} 1',
      'sealed_secrets_controller_http_requests_total{path="/v1/cert.pem",code="405",method="unknown"} 2',
    ]);
    expect(found).toContain('sealed_secrets_controller_http_request_duration_seconds_bucket{le="0.25",path="/v1/verify",method="post"} 1');
    expect(found).toContain('sealed_secrets_controller_http_request_duration_seconds_count{path="/v1/cert.pem",method="unknown"} 2');
  });
});
