/**
 * The kinds of generators.external-secrets.io, each with the field of a ClusterGenerator's `spec.generator` that holds its spec;
 * undefined where upstream lets no ClusterGenerator wrap it.
 */
const wrappedFields = {
  ACRAccessToken: 'acrAccessTokenSpec',
  BeyondtrustWorkloadCredentialsDynamicSecret: 'beyondtrustWorkloadCredentialsDynamicSecretSpec',
  CloudsmithAccessToken: 'cloudsmithAccessTokenSpec',
  CodeArtifactAuthorizationToken: 'codeArtifactAuthorizationTokenSpec',
  ECRAuthorizationToken: 'ecrAuthorizationTokenSpec',
  Fake: 'fakeSpec',
  GCRAccessToken: 'gcrAccessTokenSpec',
  GithubAccessToken: 'githubAccessTokenSpec',
  GitlabDeployToken: undefined,
  Grafana: 'grafanaSpec',
  MFA: 'mfaSpec',
  Password: 'passwordSpec',
  QuayAccessToken: 'quayAccessTokenSpec',
  SSHKey: 'sshKeySpec',
  STSSessionToken: 'stsSessionTokenSpec',
  UUID: 'uuidSpec',
  VaultDynamicSecret: 'vaultDynamicSecretSpec',
  Webhook: 'webhookSpec',
} as const;

/** All kinds that upstream knows, ours or not, in the order of the alphabet. */
export const knownGeneratorKinds: readonly string[] = Object.keys(wrappedFields);

/**
 * The kinds that this version runs, so that what is offline can tell them without loading a generator. The list of generators
 * decides; a test holds the two together.
 */
export const servedGeneratorKinds: readonly string[] = [
  'ACRAccessToken',
  'ECRAuthorizationToken',
  'Fake',
  'GCRAccessToken',
  'GithubAccessToken',
  'Password',
  'SSHKey',
  'STSSessionToken',
  'UUID',
  'VaultDynamicSecret',
  'Webhook',
];

/** The kind that wraps another one for all namespaces. */
export const clusterGeneratorKind = 'ClusterGenerator';

const fieldsByKind: ReadonlyMap<string, string | undefined> = new Map(Object.entries(wrappedFields));

/** The field of `spec.generator` of a ClusterGenerator for a kind: `passwordSpec` for `Password`. Undefined where there is none. */
export function wrappedSpecField(kind: string): string | undefined {
  return fieldsByKind.get(kind);
}
