import { doppler } from '../../providers/doppler/index.ts';
import { gitlab } from '../../providers/gitlab/index.ts';
import { infisical } from '../../providers/infisical/index.ts';
import { onepassword } from '../../providers/onepassword/index.ts';
import { webhook } from '../../providers/webhook/index.ts';
import { erase } from '../../src/provider/registry.ts';
import { dopplerToken, startDopplerServer } from './doppler-server.ts';
import { gitlabToken, startGitlabServer } from './gitlab-server.ts';
import { infisicalLogins, startInfisicalServer } from './infisical-server.ts';
import { startKeyValueServer } from './key-value-server.ts';
import { connectToken, startOnePasswordServer } from './onepassword-server.ts';
import { forwardTo } from './provider-fault-proxy.ts';
import { type Change, type FaultScene, closeAll, led, member, pair, plainProxy, withEnvironment } from './provider-fault-lane.ts';

export function dopplerScene(): FaultScene {
  const changes = new Map<string, Change>();
  return {
    name: 'doppler',
    provider: led(doppler, changes),
    speaks: 'json',
    isTls: false,
    incomparable: 'the versions of Doppler are ETags',
    open: async (lane, host) => {
      const server = await startDopplerServer();
      const authorization = `Basic ${Buffer.from(`${dopplerToken}:`).toString('base64')}`;
      // stores of one token are one identity
      const upstream = forwardTo(server.url, (asked) => ({ ...asked, headers: { ...asked.headers, authorization } }));
      const proxy = await plainProxy({ upstream, host });
      changes.set(lane, withEnvironment({ DOPPLER_BASE_URL: proxy.url }));
      return {
        provider: { doppler: { auth: { secretRef: { dopplerToken: { name: `creds-${lane}`, key: 'token' } } }, project: 'chain', config: 'dev' } },
        credentials: { token: `dp.st.${lane}` },
        references: pair((which) => ({ key: which.toUpperCase(), property: 'p' })),
        store: async ([user, password]) => {
          server.set('USER', member(user));
          server.set('PASSWORD', member(password));
        },
        proxy,
        close: () => closeAll(proxy.close, server.close),
      };
    },
  };
}

export const gitlabScene: FaultScene = {
  name: 'gitlab',
  provider: erase(gitlab),
  speaks: 'json',
  isTls: false,
  incomparable: 'variables have no versions',
  open: async (lane, host) => {
    const server = await startGitlabServer();
    const proxy = await plainProxy({ upstream: forwardTo(server.url), host });
    return {
      provider: { gitlab: { url: proxy.url, auth: { SecretRef: { accessToken: { name: `creds-${lane}`, key: 'token' } } }, projectID: '7' } },
      credentials: { token: gitlabToken },
      references: pair((which) => ({ key: which.toUpperCase(), property: 'p' })),
      store: async ([user, password]) => {
        server.set('USER', member(user));
        server.set('PASSWORD', member(password));
      },
      proxy,
      close: () => closeAll(proxy.close, server.close),
    };
  },
};

export const infisicalScene: FaultScene = {
  name: 'infisical',
  provider: erase(infisical),
  speaks: 'json',
  isTls: false,
  open: async (lane, host) => {
    const server = await startInfisicalServer();
    const proxy = await plainProxy({ upstream: forwardTo(server.url), host });
    const ref = (key: string): object => ({ name: `creds-${lane}`, key });
    const { clientId, clientSecret } = infisicalLogins['universal-auth'];
    return {
      provider: { infisical: { hostAPI: `${proxy.url}/api`, auth: { universalAuthCredentials: { clientId: ref('id'), clientSecret: ref('secret') } }, secretsScope: { projectSlug: 'chain', environmentSlug: 'dev' } } },
      credentials: { id: clientId, secret: clientSecret },
      references: pair((which) => ({ key: which, property: 'p' })),
      store: async ([user, password]) => {
        server.set('user', member(user));
        server.set('password', member(password));
      },
      proxy,
      close: () => closeAll(proxy.close, server.close),
    };
  },
};

const noItems = 'a list without items is how Connect says that there are none';
const emptyField = 'Connect leaves out the value of a field that is empty';

export const onepasswordScene: FaultScene = {
  name: 'onepassword',
  provider: erase(onepassword),
  speaks: 'json',
  isTls: false,
  meansWell: {
    'an empty list in place of JSON': noItems,
    'empty lists': noItems,
    'null in place of a value': emptyField,
    'a value left out': emptyField,
    'a property gone': emptyField,
  },
  open: async (lane, host) => {
    const server = await startOnePasswordServer();
    const proxy = await plainProxy({ upstream: forwardTo(server.url), host });
    return {
      provider: { onepassword: { connectHost: proxy.url, vaults: { chain: 1 }, auth: { secretRef: { connectTokenSecretRef: { name: `creds-${lane}`, key: 'token' } } } } },
      credentials: { token: connectToken },
      references: pair((which) => ({ key: which, property: 'p' })),
      store: async ([user, password]) => {
        server.put('user', { fields: [['p', user]] });
        server.put('password', { fields: [['p', password]] });
      },
      proxy,
      close: () => closeAll(proxy.close, server.close),
    };
  },
};

export const webhookScene: FaultScene = {
  name: 'webhook',
  provider: erase(webhook),
  speaks: 'json',
  isTls: false,
  meansWell: {
    "404 of a proxy, and not the service's": 'a web server has no other way to say that there is nothing, as in External Secrets',
    ...Object.fromEntries(['null', 'a number', 'an object'].map((what) => [`${what} in place of a value`, 'result.jsonPath leads to any JSON, and it is taken as External Secrets takes it'])),
  },
  incomparable: 'a web server says no versions',
  open: async (lane, host) => {
    const server = await startKeyValueServer('good');
    const proxy = await plainProxy({ upstream: forwardTo(server.url), host });
    return {
      provider: {
        webhook: {
          url: `${proxy.url}/kv/{{ .remoteRef.key }}`,
          headers: { Authorization: 'Bearer {{ .auth.token }}' },
          secrets: [{ name: 'auth', secretRef: { name: `creds-${lane}` } }],
          result: { jsonPath: '$.p' },
        },
      },
      credentials: { token: 'good' },
      references: pair((which) => ({ key: which })),
      store: async ([user, password]) => {
        server.store('user', Buffer.from(member(user)));
        server.store('password', Buffer.from(member(password)));
      },
      proxy,
      close: () => closeAll(proxy.close, server.close),
    };
  },
};
