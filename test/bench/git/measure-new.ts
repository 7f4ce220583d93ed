import { setTimeout as pause } from 'node:timers/promises';
import type { KubeObject } from '../../../src/api/object.ts';
import { printYaml } from '../../../src/lib/yaml-print.ts';
import { deploymentType, externalSecretType } from '../../../src/kube/resource-types.ts';
import { type Readiness, watchReadiness } from '../external-secrets/readiness.ts';
import { judge } from './goals.ts';
import type { GitStage } from './stage.ts';
import { applicationFolder, makeTestnet } from './testnets.ts';

/** Seconds. */
const goal = 2;

/**
 * From a push with a folder for a new testnet and its Application, told by a webhook, to its Secret and to its Deployment: another
 * Application brings the Application in.
 */
export async function measureNew(stage: GitStage, { samples, prefix, others }: { readonly samples: number; readonly prefix: string; readonly others: number }): Promise<void> {
  const { cluster, remote } = stage.testnet;
  const ours = ({ metadata: { namespace = '' } }: KubeObject): boolean => namespace.startsWith(`${prefix}-`);
  await using secrets = await watchReadiness(cluster, externalSecretType, (object) => ours(object) && JSON.stringify(object['status'] ?? '').includes('"SecretSynced"'));
  await using charts = await watchReadiness(cluster, deploymentType, ours);
  const [toSecret, toChart]: [number[], number[]] = [[], []];
  for (let index = 0; index < samples; index += 1) {
    const testnet = makeTestnet(`${prefix}-${index}`, stage.repoURL);
    await stage.write([testnet]);
    await remote.write(`${applicationFolder}/${testnet.name}.yaml`, printYaml(testnet.application));
    await remote.push(`Testnet ${testnet.name}`);
    const began = performance.now();
    await stage.tellPush();
    await charts.until(index + 1);
    toSecret.push(tookUntil(secrets, testnet.name, began));
    toChart.push(tookUntil(charts, testnet.name, began));
    await pause(500);
  }
  const p99 = percentile(toChart, 0.99);
  console.log(`${samples} new testnets, one after the other, beside ${others} Applications: push told by a webhook to Secret Ready p50 ${percentile(toSecret, 0.5).toFixed(2)} s, p99 ${percentile(toSecret, 0.99).toFixed(2)} s; to chart written p50 ${percentile(toChart, 0.5).toFixed(2)} s, p99 ${p99.toFixed(2)} s; ${judge(`p99 within ${goal} s`, p99 <= goal)}`);
}

/** Seconds. */
function tookUntil({ readyAt }: Readiness, namespace: string, began: number): number {
  // both are called so in every testnet
  return ((readyAt.get(`${namespace}/node`) ?? Number.NaN) - began) / 1000;
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
