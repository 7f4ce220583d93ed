import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { ProviderClient, RemoteWrite, RemoveResult, WriteResult } from '../../src/provider/contract.ts';

const never = new AbortController().signal;

export interface Pushed {
  readonly value?: string;
  readonly property?: string;
  /** `metadata.spec` of the PushSecret. */
  readonly spec?: unknown;
  readonly updatePolicy?: RemoteWrite['updatePolicy'];
  /** A whole Secret is pushed. */
  readonly whole?: Readonly<Record<string, string>>;
}

/** Pushes as a PushSecret does; what it came to in short. */
export async function push(client: ProviderClient, remoteKey: string, { value = 'v', property, spec, updatePolicy = 'Replace', whole }: Pushed = {}): Promise<string> {
  const bytes = SecretBytes.fromUtf8(whole === undefined ? value : JSON.stringify(whole));
  const data = new Map(Object.entries(whole ?? { k: value }).map(([key, text]) => [key, SecretBytes.fromUtf8(text)]));
  const write: RemoteWrite = {
    remoteKey,
    value: bytes,
    updatePolicy,
    source: { type: 'Opaque', labels: {}, annotations: {}, data },
    ...(whole === undefined ? { secretKey: 'k' } : {}),
    ...(property === undefined ? {} : { property }),
    ...(spec === undefined ? {} : { metadata: { apiVersion: 'kubernetes.external-secrets.io/v1alpha1', kind: 'PushSecretMetadata', spec } }),
  };
  return told(await client.write?.(write, never));
}

/** Removes as a PushSecret does; what it came to in short. */
export async function unpush(client: ProviderClient, remoteKey: string, property?: string): Promise<string> {
  return told(await client.remove?.({ remoteKey, ...(property === undefined ? {} : { property }) }, never));
}

function told(result: WriteResult | RemoveResult | undefined): string {
  return result?.kind === 'error' ? `${result.error.kind}: ${result.error.message}` : (result?.kind ?? 'no such call');
}
