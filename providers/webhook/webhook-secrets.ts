import type { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { authorityCredentials, type AuthoritySource } from '../../src/provider/authority.ts';
import type { CredentialSelector, ProviderContext, TemplateData, WholeSecretSelector } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';

const label = { name: 'external-secrets.io/type', value: 'webhook' } as const;

/** What templates see of the cluster, and with whose certificate the server answers. */
export interface NamedSecrets extends AuthoritySource {
  readonly secrets?: readonly { readonly name: string; readonly secretRef: WholeSecretSelector & { readonly key?: string } }[];
}

/** All that is named. */
export function namedBy({ secrets = [], ...authority }: NamedSecrets): readonly CredentialSelector[] {
  return [...secrets.map(({ secretRef }) => ({ kind: 'WholeSecret', ...selectorOf(secretRef) }) as const), ...authorityCredentials(authority)];
}

/** What templates see. Only Secrets that are meant for webhooks: whoever writes a store or a generator says where their values go. */
export async function readSecrets({ secrets = [] }: NamedSecrets, { wholeSecret }: Pick<ProviderContext, 'wholeSecret'>): Promise<TemplateData> {
  const data = new Map<string, Map<string, SecretBytes>>();
  const found = await Promise.all(secrets.map(async ({ name, secretRef }) => ({ name, secretRef, secret: await wholeSecret(selectorOf(secretRef)) })));
  for (const { name, secretRef, secret } of found) {
    if (secret.labels[label.name] !== label.value) {
      throw new ProviderError('invalid', `Secret "${secretRef.name}" is not meant for webhooks; give it the label ${label.name}: ${label.value}`);
    }
    const group = data.get(name) ?? new Map<string, SecretBytes>();
    data.set(name, group);
    for (const [key, value] of secret.data) group.set(key, value);
  }
  return data;
}

function selectorOf({ name, namespace }: WholeSecretSelector): WholeSecretSelector {
  return { name, ...(namespace === undefined ? {} : { namespace }) };
}
