import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type CertificateAuthority, createAuthority } from '../certificate.ts';
import { auditPolicy } from './audit-log.ts';
import type { PartPaths } from './build.ts';
import { freePorts } from './free-ports.ts';
import { type KubeconfigOptions, writeKubeconfig } from './kubeconfig.ts';
import { createProcessGroup, type ProcessGroup } from './process-group.ts';

/** What tests need to know of a running control plane. Plain data, so that it can be handed from process to process. */
export interface ControlPlaneFacts {
  /** `https://127.0.0.1:PORT` */
  readonly server: string;
  /** PEM of the authority that the server's certificate and client certificates are signed by. */
  readonly ca: string;
  /** Bearer token of a member of system:masters. */
  readonly adminToken: string;
  /** Path of a kubeconfig with that token. */
  readonly kubeconfig: string;
  /** Path of the audit log; see audit-log.ts. */
  readonly auditLog: string;
}

export interface ControlPlane extends ControlPlaneFacts {
  /** A kubeconfig beside the admin's for somebody else, e.g. a service account, or for a proxy in front of the server. Answers its path. */
  readonly kubeconfigFor: (name: string, user: KubeconfigOptions['user'], server?: string) => string;
  /** A client certificate that the API server trusts. */
  readonly issue: CertificateAuthority['issue'];
  /** Kills the API server and waits until it is back, at the same address. */
  readonly restartApiServer: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export interface ControlPlaneOptions {
  /** More flags for kube-apiserver. */
  readonly apiServerFlags?: readonly string[];
}

const controllers = [
  'namespace-controller',
  'garbage-collector-controller',
  'serviceaccount-controller',
  'serviceaccount-token-controller',
  'root-ca-certificate-publisher-controller',
  'clusterrole-aggregation-controller',
  'deployment-controller',
  'replicaset-controller',
  'statefulset-controller',
  'daemonset-controller',
  'job-controller',
  'cronjob-controller',
  'endpointslice-controller',
  'persistentvolume-binder-controller',
];

/**
 * Starts etcd, kube-apiserver (RBAC on), kube-controller-manager, kube-scheduler and kwok with one node on loopback,
 * in a folder of its own: pods are scheduled and become Ready. Takes about four seconds; `stop` leaves nothing behind.
 */
export async function startControlPlane(paths: PartPaths, options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await start(paths, options);
    } catch (error) {
      // somebody else has taken a port between our finding it free and the server's listening on it
      if (tries === mostTries || !(error instanceof Error) || !error.message.includes('address already in use')) throw error;
    }
  }
}

const mostTries = 3;

async function start(paths: PartPaths, options: ControlPlaneOptions): Promise<ControlPlane> {
  const folder = mkdtempSync(join(tmpdir(), 'prelude-control-plane-'));
  const group = createProcessGroup(folder);
  try {
    const authority = createAuthority('prelude-test');
    const facts = await startApiServer(group, folder, paths, { authority, flags: options.apiServerFlags ?? [] });
    startControllers(group, folder, paths, facts);
    await prepare(group, facts);
    return {
      ...facts,
      kubeconfigFor: (name, user, server = facts.server) => {
        const path = join(folder, `${name}.kubeconfig`);
        writeKubeconfig(path, { server, ca: facts.ca, name, user });
        return path;
      },
      issue: authority.issue,
      restartApiServer: async () => {
        await group.restart(basename(paths.kubeApiserver));
        await untilReady(group, facts);
      },
      stop: group.stop,
    };
  } catch (error) {
    await group.stop();
    throw error;
  }
}

interface ApiServerSetup {
  readonly authority: CertificateAuthority;
  readonly flags: readonly string[];
}

async function startApiServer(group: ProcessGroup, folder: string, paths: PartPaths, { authority, flags }: ApiServerSetup): Promise<ControlPlaneFacts> {
  const file = (name: string): string => join(folder, name);
  const [clientPort = 0, peerPort = 0, securePort = 0] = await freePorts(3);
  const etcd = `http://127.0.0.1:${clientPort}`;
  const peer = `http://127.0.0.1:${peerPort}`;
  mkdirSync(file('etcd'), { mode: 0o700 });
  group.start(paths.etcd, [`--data-dir=${file('etcd')}`, `--listen-client-urls=${etcd}`, `--advertise-client-urls=${etcd}`, `--listen-peer-urls=${peer}`, `--initial-advertise-peer-urls=${peer}`, `--initial-cluster=default=${peer}`, '--unsafe-no-fsync', '--log-level=warn']);

  const serving = authority.issue({ commonName: 'kube-apiserver', hosts: ['127.0.0.1', 'localhost', '10.99.0.1', 'kubernetes.default.svc'] });
  const accounts = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const adminToken = randomBytes(16).toString('hex');
  const contents = {
    'ca.crt': authority.cert,
    'server.crt': serving.cert,
    'server.key': serving.key,
    'accounts.key': accounts.privateKey.export({ type: 'sec1', format: 'pem' }),
    'accounts.pub': accounts.publicKey.export({ type: 'spki', format: 'pem' }),
    'tokens.csv': `${adminToken},admin,admin,"system:masters"\n`,
    'audit-policy.json': auditPolicy,
    'audit.log': '',
  };
  for (const [name, text] of Object.entries(contents)) writeFileSync(file(name), text, { mode: 0o600 });

  await group.until(() => accepts(clientPort), 'etcd listens');
  group.start(paths.kubeApiserver, [
    ...[`--etcd-servers=${etcd}`, '--bind-address=127.0.0.1', '--advertise-address=127.0.0.1', `--secure-port=${securePort}`],
    ...[`--tls-cert-file=${file('server.crt')}`, `--tls-private-key-file=${file('server.key')}`, `--client-ca-file=${file('ca.crt')}`],
    ...[`--token-auth-file=${file('tokens.csv')}`, '--authorization-mode=RBAC', '--anonymous-auth=false', '--allow-privileged=true'],
    ...['--service-account-issuer=https://kubernetes.default.svc', `--service-account-key-file=${file('accounts.pub')}`, `--service-account-signing-key-file=${file('accounts.key')}`],
    ...['--service-cluster-ip-range=10.99.0.0/16', '--endpoint-reconciler-type=none', '--profiling=false'],
    ...[`--audit-policy-file=${file('audit-policy.json')}`, `--audit-log-path=${file('audit.log')}`],
    ...flags,
  ]);
  const facts = { server: `https://127.0.0.1:${securePort}`, ca: authority.cert, adminToken, kubeconfig: file('admin.kubeconfig'), auditLog: file('audit.log') };
  writeKubeconfig(facts.kubeconfig, { server: facts.server, ca: facts.ca, name: 'admin', user: { token: adminToken } });
  await untilReady(group, facts);
  return facts;
}

function untilReady(group: ProcessGroup, facts: ControlPlaneFacts): Promise<void> {
  return group.until(async () => (await call(facts, 'GET', '/readyz'))?.status === 200, 'the API server is ready');
}

function startControllers(group: ProcessGroup, folder: string, paths: PartPaths, facts: ControlPlaneFacts): void {
  const kubeconfig = `--kubeconfig=${facts.kubeconfig}`;
  const quiet = ['--leader-elect=false', '--secure-port=0', '--profiling=false', '--kube-api-qps=500', '--kube-api-burst=500'];
  const keys = ['--use-service-account-credentials=true', `--service-account-private-key-file=${join(folder, 'accounts.key')}`, `--root-ca-file=${join(folder, 'ca.crt')}`];
  group.start(paths.kubeControllerManager, [kubeconfig, ...quiet, ...keys, `--controllers=${controllers.join(',')}`]);
  group.start(paths.kubeScheduler, [kubeconfig, ...quiet]);
  const stages = ['node/fast', 'pod/fast'].flatMap((kind) => readdirSync(join(paths.kwokStages, kind)).map((name) => join(paths.kwokStages, kind, name)));
  const configs = stages.filter((path) => /\/(node|pod)-[a-z-]+\.yaml$/.test(path)).map((path) => `--config=${path}`);
  group.start(paths.kwok, [kubeconfig, '--manage-all-nodes', '--node-lease-duration-seconds=0', ...configs]);
}

/** Creates the node, and waits until it is ready and namespaces get their service account. */
async function prepare(group: ProcessGroup, facts: ControlPlaneFacts): Promise<void> {
  await call(facts, 'POST', '/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1', labels: { 'kubernetes.io/hostname': 'node-1' } } });
  // admission taints a new node; the controller that takes the taint away would also evict from a node without heartbeats
  await call(facts, 'PATCH', '/api/v1/nodes/node-1', { spec: { taints: null } });
  await group.until(async () => JSON.stringify((await call(facts, 'GET', '/api/v1/nodes/node-1'))?.body ?? '').includes('"type":"Ready"'), 'the node is ready');
  await group.until(async () => (await call(facts, 'GET', '/api/v1/namespaces/default/serviceaccounts/default'))?.status === 200, 'the default service account exists');
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** One request as the admin; undefined where there was no answer, which is usual before the server is up. */
function call({ server, ca, adminToken }: ControlPlaneFacts, method: string, path: string, body?: unknown): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${adminToken}`, 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' };
    const sent = request(`${server}${path}`, { method, ca, headers, agent: false, timeout: 5_000 }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text.startsWith('{') ? (JSON.parse(text) as unknown) : text }));
    });
    sent.on('timeout', () => sent.destroy());
    sent.on('error', () => resolve(undefined));
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
