import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ControlPlaneFacts } from './parts/control-plane.ts';
import { freePorts } from './parts/free-ports.ts';
import { createProcessGroup } from './parts/process-group.ts';

/** Sealed Secrets' own controller, as a process. */
export interface SealedController {
  /** Where kubeseal's questions are answered, on loopback. */
  readonly port: number;
  /** How many SealedSecrets it has looked at since its start, each time counted. */
  readonly unsealings: () => Promise<number>;
  /** Everything it has printed so far. */
  readonly output: () => string;
  readonly stop: () => Promise<void>;
}

export interface SealedControllerOptions {
  /** The part `sealedSecrets.controller`. */
  readonly program: string;
  readonly facts: Pick<ControlPlaneFacts, 'server' | 'ca' | 'adminToken'>;
  /** Where its keys are. */
  readonly namespace: string;
  readonly args?: readonly string[];
}

/**
 * It knows the configuration of a pod and no other, so it gets one: a view of the file system in which the folder of service accounts
 * holds what the test gives it. User namespaces let everybody make such a view.
 */
const inPod = [
  'place=/var/run/secrets/kubernetes.io/serviceaccount',
  'mount -t tmpfs tmpfs "$(readlink -f /var/run)"',
  'mkdir -p "$place"',
  'cp token ca.crt "$place"',
  'exec "$@"',
].join(' && ');

/** Starts it with the rights of an admin, and waits until it serves. It ends with this process, whatever ends that. */
export async function startSealedController({ program, facts: { server, ca, adminToken }, namespace, args = [] }: SealedControllerOptions): Promise<SealedController> {
  const folder = mkdtempSync(join(tmpdir(), 'prelude-sealed-controller-'));
  const group = createProcessGroup(folder);
  const [port = 0, metrics = 0] = await freePorts(2);
  writeFileSync(join(folder, 'token'), adminToken, { mode: 0o600 });
  writeFileSync(join(folder, 'ca.crt'), ca);
  const { hostname, port: apiPort } = new URL(server);
  const environment = [`KUBERNETES_SERVICE_HOST=${hostname}`, `KUBERNETES_SERVICE_PORT=${apiPort}`, `POD_NAMESPACE=${namespace}`];
  // at its own pace, of five requests a second, a hundred objects take a minute
  const command = [program, `--listen-addr=127.0.0.1:${port}`, `--listen-metrics-addr=127.0.0.1:${metrics}`, '--kubeclient-qps=-1', ...args];
  try {
    group.start('unshare', ['--map-root-user', '--mount', 'sh', '-c', inPod, 'sh', 'env', ...environment, ...command]);
    await group.until(() => isReady(port), "Sealed Secrets' controller serves");
  } catch (error) {
    await group.stop();
    throw error;
  }
  const unsealings = async (): Promise<number> => {
    const text = await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text();
    return Number(/^sealed_secrets_controller_unseal_requests_total (\d+)/m.exec(text)?.[1] ?? 0);
  };
  return { port, unsealings, output: () => readFileSync(join(folder, 'unshare.log'), 'utf8'), stop: group.stop };
}

async function isReady(port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
  return answer?.ok === true;
}
