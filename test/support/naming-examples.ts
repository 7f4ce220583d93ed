type Fields = Readonly<Record<string, unknown>>;

/**
 * Configurations that between them name everything that a configuration can name in the cluster, without a namespace: of providers by
 * their id, of generators by their kind. A field that none of them reaches fails the test that uses them.
 */
const secret = (name: string): Fields => ({ name, key: 'key' });
const account = (name: string): Fields => ({ name });

const awsKeys = { secretRef: { accessKeyIDSecretRef: secret('key-id'), secretAccessKeySecretRef: secret('key'), sessionTokenSecretRef: secret('session') } };
const awsAccount = { jwt: { serviceAccountRef: account('aws') } };
const caProviders: readonly Fields[] = ['Secret', 'ConfigMap'].map((type) => ({ type, name: 'authority', key: 'key' }));
const [caSecret = {}, caConfigMap = {}] = caProviders;

const apiServer = 'https://api.example:6443';

export const providerExamples: Readonly<Record<string, readonly Fields[]>> = {
  aws: [{ service: 'SecretsManager', region: 'eu-central-1', auth: awsKeys }],
  kubernetes: [
    { server: { url: apiServer, caProvider: caConfigMap }, auth: { token: { bearerToken: secret('token') } } },
    { server: { url: apiServer, caProvider: caSecret }, auth: { serviceAccount: account('reader') } },
    { server: { url: apiServer, caProvider: caSecret }, auth: { cert: { clientCert: secret('certificate'), clientKey: secret('certificate-key') } } },
    { authRef: secret('kubeconfig') },
  ],
};

const vault = (auth: Fields, more: Fields = {}): Fields => ({ path: '/database/creds/app', provider: { server: 'https://vault.example', auth, ...more } });

export const generatorExamples: Readonly<Record<string, readonly Fields[]>> = {
  ACRAccessToken: [
    { tenantId: 't', registry: 'acme.azurecr.io', auth: { servicePrincipal: { secretRef: { clientId: secret('client-id'), clientSecret: secret('client-secret') } } } },
    { tenantId: 't', registry: 'acme.azurecr.io', auth: { workloadIdentity: { serviceAccountRef: account('azure') } } },
  ],
  ECRAuthorizationToken: [{ region: 'eu-central-1', auth: awsKeys }, { region: 'eu-central-1', auth: awsAccount }],
  STSSessionToken: [{ region: 'eu-central-1', auth: awsKeys }, { region: 'eu-central-1', auth: awsAccount }],
  GCRAccessToken: [
    { projectID: 'acme', auth: { secretRef: { secretAccessKeySecretRef: secret('google-key') } } },
    { projectID: 'acme', auth: { workloadIdentity: { serviceAccountRef: account('google'), clusterLocation: 'europe-west3', clusterName: 'a' } } },
    { projectID: 'acme', auth: { workloadIdentityFederation: { credConfig: { name: 'external-account', key: 'key' } } } },
    { projectID: 'acme', auth: { workloadIdentityFederation: { serviceAccountRef: account('google'), audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/a/providers/b' } } },
  ],
  GithubAccessToken: [{ appID: '1', installID: '2', auth: { privateKey: { secretRef: secret('app-key') } } }],
  VaultDynamicSecret: [
    vault({ tokenSecretRef: secret('token') }, { caProvider: caSecret }),
    vault({ tokenSecretRef: secret('token') }, { caProvider: caConfigMap }),
    vault({ tokenSecretRef: secret('token') }, { tls: { certSecretRef: secret('certificate'), keySecretRef: secret('certificate-key') } }),
    vault({ appRole: { roleRef: secret('role'), secretRef: secret('role-secret') } }),
    vault({ kubernetes: { role: 'app', serviceAccountRef: account('vault') } }),
    vault({ kubernetes: { role: 'app', secretRef: secret('account-token') } }),
    vault({ ldap: { username: 'app', secretRef: secret('ldap') } }),
    vault({ userPass: { username: 'app', secretRef: secret('password') } }),
    vault({ jwt: { role: 'app', secretRef: secret('jwt') } }),
    vault({ jwt: { role: 'app', kubernetesServiceAccountToken: { serviceAccountRef: account('vault') } } }),
    vault({ cert: { clientCert: secret('certificate'), secretRef: secret('certificate-key') } }),
  ],
  Webhook: [
    { url: 'https://hooks.example/{{ .auth.user }}', result: { jsonPath: '$' }, secrets: [{ name: 'auth', secretRef: { name: 'hook' } }], caProvider: caSecret },
    { url: 'https://hooks.example', result: {}, caProvider: caConfigMap },
  ],
};
