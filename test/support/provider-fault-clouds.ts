import { aws } from '../../providers/aws/index.ts';
import { azurekv } from '../../providers/azure/index.ts';
import { gcpsm } from '../../providers/gcp/index.ts';
import { kubernetes } from '../../providers/kubernetes/index.ts';
import { vault } from '../../providers/vault/index.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { erase } from '../../src/provider/registry.ts';
import { awsEnvironment } from './aws-store.ts';
import { azureClient } from './azure-server.ts';
import { startAzureVault } from './azure-vault.ts';
import { startCountingAws } from './counting-aws.ts';
import { gcpKey, openGcpBench } from './gcp-bench.ts';
import { forwardGrpc, forwardTo, type Upstream } from './provider-fault-proxy.ts';
import { createSecretsApi } from './secrets-api.ts';
import { storeInVault, vaultAdmin } from './vault-bench.ts';
import { startVaultServer, vaultLogins } from './vault-server.ts';
import { type Change, type FaultScene, closeAll, led, member, pair, plainProxy, tlsProxy, withEnvironment } from './provider-fault-lane.ts';

const never = new AbortController().signal;

export function awsScene(service: 'SecretsManager' | 'ParameterStore'): FaultScene {
  const changes = new Map<string, Change>();
  return {
    name: `aws, ${service}`,
    provider: led(aws, changes),
    speaks: 'json',
    isTls: false,
    meansWell: { 'a value that is no UTF-8': 'the SDK decodes answers, and gives U+FFFD for what is no UTF-8; what is no text AWS keeps as bytes' },
    ...(service === 'SecretsManager' ? { incomparable: 'the versions of Secrets Manager are random ids' } : {}),
    open: async (lane, host) => {
      const accessKeyId = `AKID${lane.replaceAll('-', '').toUpperCase()}`;
      const server = await startCountingAws({ region: 'eu-central-1', accessKeyId });
      const proxy = await plainProxy({ upstream: forwardTo(server.url), host });
      changes.set(lane, withEnvironment(awsEnvironment(proxy.url)));
      const ref = (key: string): object => ({ name: `creds-${lane}`, key });
      const put = service === 'SecretsManager' ? server.set : server.parameters.set;
      return {
        provider: { aws: { service, region: 'eu-central-1', auth: { secretRef: { accessKeyIDSecretRef: ref('id'), secretAccessKeySecretRef: ref('secret') } } } },
        credentials: { id: accessKeyId, secret: `not-a-real-key-${lane}` },
        references: pair((which) => ({ key: `/prod/${which}`, property: 'p' })),
        store: async ([user, password]) => {
          put('/prod/user', member(user));
          put('/prod/password', member(password));
        },
        proxy,
        close: () => closeAll(proxy.close, server.close),
      };
    },
  };
}

export function gcpScene(): FaultScene {
  const changes = new Map<string, Change>();
  return {
    name: 'gcpsm',
    provider: led(gcpsm, changes),
    speaks: 'grpc',
    isTls: true,
    saysToo: /not available \(UNAVAILABLE\)/,
    open: async (lane, host) => {
      const bench = await openGcpBench();
      const { secretManager } = bench;
      const { proxy, tls } = await tlsProxy({ upstream: forwardGrpc(secretManager.url, secretManager.ca), host }, 'localhost');
      const environment = { GCP_SECRETMANAGER_ENDPOINT: proxy.url, GCP_SECRETMANAGER_ENDPOINT_CA: tls.authority.cert };
      // its tokens say what time it is, and the server that gives them has the system's
      changes.set(lane, (context) => ({ ...context, clock: systemClock, http: bench.http, environment: new Map(Object.entries(environment)) }));
      const key = JSON.stringify({ ...JSON.parse(gcpKey), private_key_id: lane });
      return {
        provider: { gcpsm: { projectID: 'project', auth: { secretRef: { secretAccessKeySecretRef: { name: `creds-${lane}`, key: 'key' } } } } },
        credentials: { key },
        references: pair((which) => ({ key: which, property: 'p' })),
        store: async ([user, password]) => {
          secretManager.set('user', member(user));
          secretManager.set('password', member(password));
        },
        proxy,
        tls,
        close: () => closeAll(proxy.close, async () => bench[Symbol.asyncDispose]()),
      };
    },
  };
}

export function azureScene(): FaultScene {
  const changes = new Map<string, Change>();
  return {
    name: 'azurekv',
    provider: led(azurekv, changes),
    speaks: 'json',
    isTls: true,
    incomparable: 'the versions of a vault are random ids',
    open: async (lane, host) => {
      const name = `${lane}.vault.azure.net`;
      const server = await startAzureVault(name);
      const upstream: Upstream = async ({ method, path, headers, body }) => {
        const answer = await server.http({ method: method === 'PUT' ? 'PUT' : 'GET', url: `${server.vaultUrl}${path}`, headers, ...(body.length === 0 ? {} : { body }) }, never);
        return { ...answer, body: Buffer.from(answer.body) };
      };
      const { proxy, tls } = await tlsProxy({ upstream, host }, name);
      changes.set(lane, (context) => ({
        ...context,
        http: (request, signal) => {
          const url = new URL(request.url);
          if (url.host !== name) return server.http(request, signal);
          return context.http({ ...request, url: `${proxy.url}${url.pathname}${url.search}`, tls: { ca: tls.authority.cert } }, signal);
        },
      }));
      const ref = (key: string): object => ({ name: `creds-${lane}`, key });
      return {
        provider: { azurekv: { vaultUrl: server.vaultUrl, tenantId: azureClient.tenant, authSecretRef: { clientId: ref('id'), clientSecret: ref('secret') } } },
        credentials: { id: azureClient.id, secret: azureClient.secret },
        references: pair((which) => ({ key: which, property: 'p' })),
        store: async ([user, password]) => {
          server.objects.add('secrets', 'user', { value: member(user) });
          server.objects.add('secrets', 'password', { value: member(password) });
        },
        proxy,
        tls,
        close: () => closeAll(proxy.close, server.close),
      };
    },
  };
}

export const vaultScene: FaultScene = {
  name: 'vault',
  provider: erase(vault),
  speaks: 'json',
  isTls: true,
  meansWell: Object.fromEntries(['null', 'a number', 'an object', 'an empty list'].map((what) => [`${what} in place of a value`, 'a key-value engine keeps any JSON, and it is taken as it is'])),
  open: async (lane, host) => {
    const server = await startVaultServer();
    const { proxy, tls, caBundle } = await tlsProxy({ upstream: forwardTo(server.url), host }, 'localhost');
    const admin = vaultAdmin(server.url, vaultLogins.token);
    return {
      provider: { vault: { server: proxy.url, path: 'secret', version: 'v2', caBundle, auth: { appRole: { path: 'approle', roleId: vaultLogins.roleId, secretRef: { name: `creds-${lane}`, key: 'secretId' } } } } },
      credentials: { secretId: vaultLogins.secretId },
      references: pair((which) => ({ key: which, property: 'p' })),
      store: async ([user, password]) => {
        await storeInVault(admin, { mount: 'secret', version: 'v2', key: 'user' }, { p: user });
        await storeInVault(admin, { mount: 'secret', version: 'v2', key: 'password' }, { p: password });
      },
      proxy,
      tls,
      close: () => closeAll(proxy.close, server.close),
    };
  },
};

export const kubernetesScene: FaultScene = {
  name: 'kubernetes',
  provider: erase(kubernetes),
  speaks: 'json',
  isTls: true,
  meansWell: { 'a value that is no UTF-8': 'values of Secrets are bytes, which stand in Base64' },
  open: async (lane, host) => {
    const api = createSecretsApi('devnet', 'good');
    const upstream: Upstream = async ({ method, path, headers, body }) => {
      // validation is no part of what goes wrong here
      if (path.includes('selfsubjectaccessreviews')) return { status: 201, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify({ status: { allowed: true } })) };
      const answer = await api.http({ method: method === 'POST' ? 'POST' : 'GET', url: `https://api.example.com${path}`, headers, body }, never);
      return { ...answer, headers: { ...answer.headers, 'content-type': 'application/json' }, body: Buffer.from(answer.body) };
    };
    const { proxy, tls, caBundle } = await tlsProxy({ upstream, host }, 'localhost');
    return {
      provider: { kubernetes: { server: { url: proxy.url, caBundle }, auth: { token: { bearerToken: { name: `creds-${lane}`, key: 'token' } } }, remoteNamespace: 'devnet' } },
      credentials: { token: 'good' },
      references: pair((which) => ({ key: which, property: 'value' })),
      store: async ([user, password]) => {
        api.store('user', Buffer.from(user));
        api.store('password', Buffer.from(password));
      },
      proxy,
      tls,
      close: proxy.close,
    };
  },
};
