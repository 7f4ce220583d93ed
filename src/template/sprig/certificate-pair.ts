import type { Codec } from '../value/go-function.ts';
import type { GoType, Value } from '../value/value.ts';
import { Struct } from '../value/value.ts';

/** A certificate and its private key, PEM. */
export interface CertificatePair {
  readonly cert: string;
  readonly key: string;
}

const type: GoType = { kind: 'struct', name: 'sprig.certificate' };

/** sprig's `certificate`: a struct with the fields Cert and Key. */
export const certificate: Codec<CertificatePair> = {
  type,
  read: (value) => ({ cert: field(value, 'Cert'), key: field(value, 'Key') }),
  write: ({ cert, key }) => new Struct(type, new Map([['Cert', cert], ['Key', key]])),
};

function field(value: Value, name: string): string {
  const found = value instanceof Struct ? value.fields.get(name) : undefined;
  return typeof found === 'string' ? found : '';
}
