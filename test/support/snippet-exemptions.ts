/** A manifest of External Secrets' documentation that is not understood, and why that is right. */
export interface SnippetExemption {
  readonly file: string;
  /** Of the object within the file; absent where the file as a whole is no YAML. */
  readonly kind?: string;
  /** A part of what is said of it. */
  readonly says: string;
  /**
   * What External Secrets does with it: its schema refuses it, as a test shows; or it takes it and can do nothing with it, for
   * the reason that is given; or there is no object to take.
   */
  readonly upstream: 'its schema refuses it' | 'there is no object' | { readonly never: string };
}

const noStore = { never: 'its store has no name; the page is about the template' } as const;
const noStoreSaid = 'name the SecretStore or ClusterSecretStore to read from';
const quotes = "quotes within quotes: the page leaves the string's end to the reader";

/** Every manifest that is not understood. A line that is not needed fails the test. */
export const snippetExemptions: readonly SnippetExemption[] = [
  // excerpts that are no YAML
  { file: '1password-connect-server-deployment.yaml', says: 'missing', upstream: 'there is no object' },
  { file: 'conjur-ca-bundle.yaml', says: 'a key must stand on one line', upstream: 'there is no object' },
  { file: 'ibm-container-auth-volume.yaml', says: 'a key must stand on one line', upstream: 'there is no object' },
  { file: 'filtercertchain-template-v2-external-secret.yaml', says: 'unexpected text here', upstream: { never: quotes } },
  { file: 'filterpem-template-v2-external-secret.yaml', says: 'unexpected text here', upstream: { never: quotes } },
  { file: 'pkcs12-template-v2-external-secret.yaml', says: 'unexpected text here', upstream: { never: quotes } },
  // a map with a key twice, of which nobody can say which one is meant
  { file: 'full-external-secret.yaml', says: 'this key stands twice in the same map', upstream: { never: 'it lists all fields, also those that exclude each other' } },
  { file: 'gcpsm-ssh-auth-externalsecret.yaml', says: 'this key stands twice in the same map', upstream: 'there is no object' },
  // placeholders in brackets, which YAML takes for lists
  { file: 'gcpsm-sa-secret-store.yaml', kind: 'SecretStore', says: 'spec.provider.gcpsm.projectID must be string', upstream: 'its schema refuses it' },
  { file: 'gcpsm-wif-core-controller-secret-store.yaml', kind: 'SecretStore', says: 'spec.provider.gcpsm.projectID must be string', upstream: 'its schema refuses it' },
  { file: 'gcpsm-wif-iam-secret-store.yaml', kind: 'SecretStore', says: 'spec.provider.gcpsm.projectID must be string', upstream: 'its schema refuses it' },
  { file: 'gcpsm-wif-sa-secret-store.yaml', kind: 'SecretStore', says: 'spec.provider.gcpsm.projectID must be string', upstream: 'its schema refuses it' },
  { file: 'gcpsm-wif-sa-secret-store-with-explicit-name-and-location.yaml', kind: 'SecretStore', says: 'spec.provider.gcpsm.projectID must be string', upstream: 'its schema refuses it' },
  // listings of all fields, also of those that exclude each other
  { file: 'full-cluster-external-secret.yaml', kind: 'ClusterExternalSecret', says: 'spec.externalSecretSpec.dataFrom[0].key', upstream: 'its schema refuses it' },
  { file: 'full-cluster-push-secret.yaml', kind: 'ClusterPushSecret', says: 'spec.pushSecretSpec.selector', upstream: 'its schema refuses it' },
  { file: 'full-cluster-secret-store.yaml', kind: 'ClusterSecretStore', says: 'must have exactly one key', upstream: 'its schema refuses it' },
  { file: 'full-pushsecret.yaml', kind: 'PushSecret', says: 'must have secret or generatorRef', upstream: 'its schema refuses it' },
  { file: 'full-secret-store.yaml', kind: 'SecretStore', says: 'must have exactly one key', upstream: 'its schema refuses it' },
  { file: 'generator-gcr.yaml', kind: 'GCRAccessToken', says: 'spec.auth.secretRef.secretAccessKeySecretRef.name', upstream: 'its schema refuses it' },
  // names that no Secret can have
  { file: 'github-push-secret.yaml', kind: 'PushSecret', says: 'spec.selector.secret.name', upstream: 'its schema refuses it' },
  { file: 'ngrok-push-secret-with-metadata.yaml', kind: 'PushSecret', says: 'spec.selector.secret.name', upstream: 'its schema refuses it' },
  { file: 'ngrok-push-secret.yaml', kind: 'PushSecret', says: 'spec.selector.secret.name', upstream: 'its schema refuses it' },
  // excerpts that name no store
  { file: 'helm-template-v2-escape-sequence.yaml', kind: 'ExternalSecret', says: noStoreSaid, upstream: noStore },
  { file: 'ibm-es-types.yaml', kind: 'ExternalSecret', says: noStoreSaid, upstream: noStore },
  { file: 'jwk-template-v2-external-secret.yaml', kind: 'ExternalSecret', says: 'either data or dataFrom must have an entry', upstream: { never: 'its webhook says the same: the page is about the template' } },
  { file: 'merge-template-v2-external-secret.yaml', kind: 'ExternalSecret', says: noStoreSaid, upstream: noStore },
  { file: 'multikey-template-v2-external-secret.yaml', kind: 'ExternalSecret', says: noStoreSaid, upstream: noStore },
  { file: 'multiline-template-v2-external-secret.yaml', kind: 'ExternalSecret', says: noStoreSaid, upstream: noStore },
  { file: 'rsadecrypt-template-v2-external-secret.yaml', kind: 'ExternalSecret', says: noStoreSaid, upstream: noStore },
  { file: 'template-v1-from-secret.yaml', kind: 'ExternalSecret', says: noStoreSaid, upstream: noStore },
  { file: 'template-v2-from-secret.yaml', kind: 'ExternalSecret', says: noStoreSaid, upstream: noStore },
  { file: 'template-v2-literal-example.yaml', kind: 'ExternalSecret', says: noStoreSaid, upstream: noStore },
  { file: 'template-v2-scope-and-target.yaml', kind: 'ExternalSecret', says: noStoreSaid, upstream: noStore },
  // fields that stand at the wrong place
  { file: 'ibm-external-secret-with-metadata.yaml', kind: 'ExternalSecret', says: 'spec.dataFrom[0].secretKey unknown field', upstream: 'its schema refuses it' },
  { file: 'multiline-template-v1-external-secret.yaml', kind: 'ExternalSecret', says: 'spec.target.engineVersion unknown field', upstream: 'its schema refuses it' },
  // placeholders in the place of a boolean and of a list
  { file: 'gitlab-secret-store.yaml', kind: 'SecretStore', says: 'spec.provider.gitlab.inheritFromGroups', upstream: 'its schema refuses it' },
  // two values for one key of the Secret
  { file: 'volcengine-external-secrets.yaml', kind: 'ExternalSecret', says: 'spec.data[1].secretKey "password" stands here twice', upstream: { never: 'its webhook says the same' } },
  // versions that nobody serves
  { file: 'passworddepot-external-secret-json.yaml', kind: 'ExternalSecret', says: 'apiVersion is not a version', upstream: 'its schema refuses it' },
  { file: 'passworddepot-external-secret.yaml', kind: 'ExternalSecret', says: 'apiVersion is not a version', upstream: 'its schema refuses it' },
  { file: 'passworddepot-secret-store.yaml', kind: 'ClusterSecretStore', says: 'apiVersion is not a version', upstream: 'its schema refuses it' },
  { file: 'template-v2-push-secret.yaml', kind: 'PushSecret', says: 'apiVersion is not a version', upstream: 'its schema refuses it' },
  { file: 'pkcs12-template-v1-external-secret.yaml', kind: 'ExternalSecret', says: 'spec.target.template.engineVersion', upstream: 'its schema refuses it' },
  { file: 'vault-mtls-store.yaml', kind: 'SecretStore', says: 'spec.provider.vault.tls.clientCert', upstream: 'its schema refuses it' },
];
