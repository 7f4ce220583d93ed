import type { ExternalSecret } from '../api/external-secret.ts';

/** The Secret that a declared object will make. */
export interface Provided {
  readonly secret: string;
  /** `dynamic`: they come from the provider's data and only the live Secret can tell. */
  readonly keys: readonly string[] | 'dynamic';
  /** The Secret's type where the declaration fixes it; Opaque otherwise. */
  readonly type?: string;
}

/** The name of the Secret that an ExternalSecret makes. */
export function targetName({ metadata, spec }: Pick<ExternalSecret, 'metadata' | 'spec'>): string {
  return spec.targetName ?? metadata.name;
}

/** Which Secret, with which keys, an ExternalSecret will make: known without cluster and provider. */
export function provides(externalSecret: Pick<ExternalSecret, 'metadata' | 'spec'>): Provided {
  const { data, dataFrom, template } = externalSecret.spec;
  return {
    secret: targetName(externalSecret),
    keys: dataFrom.length > 0 ? 'dynamic' : data.map(({ secretKey }) => secretKey),
    ...(template?.type === undefined ? {} : { type: template.type }),
  };
}
