type Fields = Readonly<Record<string, unknown>>;

/**
 * Configurations that between them name everything that a configuration can name in the cluster, without a namespace: of providers by
 * their id, of generators by their kind. A field that none of them reaches fails the test that uses them.
 */
const secret = (name: string): Fields => ({ name, key: 'key' });
const account = (name: string): Fields => ({ name });

const awsKeys = { secretRef: { accessKeyIDSecretRef: secret('aws-key-id'), secretAccessKeySecretRef: secret('aws-key'), sessionTokenSecretRef: secret('aws-session') } };
const awsAccount = { jwt: { serviceAccountRef: account('aws') } };
const caProviders: readonly Fields[] = ['Secret', 'ConfigMap'].map((type) => ({ type, name: 'authority', key: 'key' }));
const [caSecret = {}, caConfigMap = {}] = caProviders;

const apiServer = 'https://api.example:6443';

const azure = { vaultUrl: 'https://acme.vault.azure.net', tenantId: 't' };
const gcpAudience = '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/a/providers/b';
const vaultAuths: readonly Fields[] = [
  { tokenSecretRef: secret('token') },
  { appRole: { roleRef: secret('role'), secretRef: secret('role-secret') } },
  { kubernetes: { role: 'app', serviceAccountRef: account('vault') } },
  { kubernetes: { role: 'app', secretRef: secret('account-token') } },
  { ldap: { username: 'app', secretRef: secret('ldap') } },
  { userPass: { username: 'app', secretRef: secret('password') } },
  { jwt: { role: 'app', secretRef: secret('jwt') } },
  { jwt: { role: 'app', kubernetesServiceAccountToken: { serviceAccountRef: account('vault') } } },
  { cert: { clientCert: secret('certificate'), secretRef: secret('certificate-key') } },
  { iam: { vaultRole: 'app', region: 'eu-central-1', secretRef: { accessKeyIDSecretRef: secret('aws-key-id'), secretAccessKeySecretRef: secret('aws-key'), sessionTokenSecretRef: secret('aws-session') } } },
  { iam: { vaultRole: 'app', region: 'eu-central-1', jwt: { serviceAccountRef: account('aws') } } },
  { gcp: { role: 'app', projectID: 'acme', secretRef: { secretAccessKeySecretRef: secret('google-key') } } },
];
/** What OpenBao's type has of them. */
const openBaoAuths = vaultAuths.filter((auth) => ['tokenSecretRef', 'appRole', 'kubernetes', 'userPass'].some((name) => name in auth));

const gitlabToken = { SecretRef: { accessToken: secret('token') } };
const infisical = (auth: Fields, more: Fields = {}): Fields => ({ auth, secretsScope: { projectSlug: 'chain', environmentSlug: 'dev' }, ...more });
const identityId = secret('identity');

export const providerExamples: Readonly<Record<string, readonly Fields[]>> = {
  aws: [
    { service: 'SecretsManager', region: 'eu-central-1', auth: awsKeys },
    { service: 'SecretsManager', region: 'eu-central-1', auth: awsAccount },
  ],
  azurekv: [
    { ...azure, authSecretRef: { clientId: secret('client-id'), clientSecret: secret('client-secret') } },
    { ...azure, authSecretRef: { clientId: secret('client-id'), clientCertificate: secret('client-certificate') } },
    { vaultUrl: azure.vaultUrl, authType: 'WorkloadIdentity', serviceAccountRef: account('azure'), authSecretRef: { clientId: secret('client-id'), tenantId: secret('tenant-id') } },
  ],
  gcpsm: [
    { projectID: 'acme', auth: { secretRef: { secretAccessKeySecretRef: secret('google-key') } } },
    { projectID: 'acme', auth: { workloadIdentity: { serviceAccountRef: account('google'), clusterLocation: 'europe-west3', clusterName: 'a' } } },
    { projectID: 'acme', auth: { workloadIdentityFederation: { credConfig: { name: 'external-account', key: 'key' } } } },
    { projectID: 'acme', auth: { workloadIdentityFederation: { serviceAccountRef: account('google'), audience: gcpAudience } } },
    { projectID: 'acme', auth: { workloadIdentityFederation: { awsSecurityCredentials: { region: 'eu-central-1', awsCredentialsSecretRef: account('aws') }, audience: gcpAudience } } },
  ],
  vault: [
    ...vaultAuths.map((auth) => ({ server: 'https://vault.example', auth: { namespace: 'team', ...auth } })),
    ...caProviders.map((caProvider) => ({ server: 'https://vault.example', caProvider, auth: vaultAuths[0] })),
    { server: 'https://vault.example', auth: vaultAuths[0], tls: { certSecretRef: secret('certificate'), keySecretRef: secret('certificate-key') } },
  ],
  openBao: [
    ...openBaoAuths.map((auth) => ({ server: 'https://vault.example', auth: { namespace: 'team', ...auth } })),
    ...caProviders.map((caProvider) => ({ server: 'https://vault.example', caProvider, auth: vaultAuths[0] })),
  ],
  doppler: [
    { auth: { secretRef: { dopplerToken: secret('token') } } },
    { auth: { oidcConfig: { identity: 'i', serviceAccountRef: account('doppler') } } },
  ],
  gitlab: [
    { auth: gitlabToken, projectID: '1', caProvider: caSecret },
    { auth: gitlabToken, projectID: '1', caProvider: caConfigMap },
  ],
  infisical: [
    infisical({ universalAuthCredentials: { clientId: secret('client'), clientSecret: secret('client-secret') } }, { caProvider: caSecret }),
    infisical({ azureAuthCredentials: { identityId, resource: secret('resource') } }, { caProvider: caConfigMap }),
    infisical({ gcpIdTokenAuthCredentials: { identityId } }),
    infisical({ jwtAuthCredentials: { identityId, jwt: secret('jwt') } }),
    infisical({ ldapAuthCredentials: { identityId, ldapUsername: secret('user'), ldapPassword: secret('password') } }),
    infisical({ ociAuthCredentials: { identityId, privateKey: secret('api-key'), privateKeyPassphrase: secret('passphrase'), fingerprint: secret('print'), userId: secret('user'), tenancyId: secret('tenancy'), region: secret('region') } }),
    infisical({ kubernetesAuthCredentials: { identityId } }),
    infisical({ tokenAuthCredentials: { accessToken: secret('token') } }),
  ],
  onepassword: [{ connectHost: 'https://connect.example', vaults: { a: 1 }, auth: { secretRef: { connectTokenSecretRef: secret('token') } } }],
  kubernetes: [
    { server: { url: apiServer, caProvider: caConfigMap }, auth: { token: { bearerToken: secret('token') } } },
    { server: { url: apiServer, caProvider: caSecret }, auth: { serviceAccount: account('reader') } },
    { server: { url: apiServer, caProvider: caSecret }, auth: { cert: { clientCert: secret('certificate'), clientKey: secret('certificate-key') } } },
    { authRef: secret('kubeconfig') },
  ],
  webhook: [
    { url: 'https://hooks.example/{{ .auth.user }}', secrets: [{ name: 'auth', secretRef: { name: 'hook' } }], caProvider: caSecret },
    { url: 'https://hooks.example/{{ .auth.user }}', secrets: [{ name: 'auth', secretRef: { name: 'hook' } }], caProvider: caConfigMap },
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
    { projectID: 'acme', auth: { workloadIdentityFederation: { serviceAccountRef: account('google'), audience: gcpAudience } } },
    { projectID: 'acme', auth: { workloadIdentityFederation: { awsSecurityCredentials: { region: 'eu-central-1', awsCredentialsSecretRef: account('aws') }, audience: gcpAudience } } },
  ],
  GithubAccessToken: [{ appID: '1', installID: '2', auth: { privateKey: { secretRef: secret('app-key') } } }],
  VaultDynamicSecret: [
    vault({ tokenSecretRef: secret('token') }, { caProvider: caSecret }),
    vault({ tokenSecretRef: secret('token') }, { caProvider: caConfigMap }),
    vault({ tokenSecretRef: secret('token') }, { tls: { certSecretRef: secret('certificate'), keySecretRef: secret('certificate-key') } }),
    ...vaultAuths.map((auth) => vault(auth)),
  ],
  Webhook: [
    { url: 'https://hooks.example/{{ .auth.user }}', result: { jsonPath: '$' }, secrets: [{ name: 'auth', secretRef: { name: 'hook' } }], caProvider: caSecret },
    { url: 'https://hooks.example', result: {}, caProvider: caConfigMap },
  ],
};
