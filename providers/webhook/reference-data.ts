import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { RemotePlace, RemoteRef, RemoteWrite, TemplateData } from '../../src/provider/contract.ts';
import type { RequestData } from './request.ts';
import { referenceGroup } from './spec.ts';

type Fields = ReadonlyMap<string, SecretBytes>;

/** What templates see of a reference that is read; what it does not say is empty. */
export function readFields({ key, version = '', property = '' }: RemoteRef): Fields {
  return texts({ key, version, property });
}

/** What templates see of a place that is written to or removed, the value under the name of the place. */
export function placeFields({ remoteKey, property, ...write }: RemotePlace & Partial<Pick<RemoteWrite, 'secretKey' | 'value'>>): Fields {
  const { secretKey, value } = write;
  const said = texts({ remoteKey, ...(secretKey === undefined ? {} : { secretKey }), ...(property === undefined ? {} : { property }) });
  return value === undefined ? said : new Map([...said, [remoteKey, value]]);
}

/** The fields of a reference beside the Secrets of the store: for URLs escaped, but for the namespace, which needs none. */
export function requestData(fields: Fields, secrets: TemplateData, namespace: string | undefined): RequestData {
  const where = namespace === undefined ? new Map<string, SecretBytes>() : texts({ namespace });
  const escaped = new Map(Array.from(fields, ([name, value]) => [name, escapeQuery(value)]));
  return {
    url: new Map([...secrets, [referenceGroup, new Map([...escaped, ...where])]]),
    plain: new Map([...secrets, [referenceGroup, new Map([...fields, ...where])]]),
  };
}

function texts(said: Readonly<Record<string, string>>): Fields {
  return new Map(Object.entries(said).map(([name, text]) => [name, SecretBytes.fromUtf8(text)]));
}

/** As Go escapes what stands in a query: byte for byte, a space as +. */
function escapeQuery(value: SecretBytes): SecretBytes {
  const escaped = Array.from(value.reveal(), (byte) => {
    const character = String.fromCharCode(byte);
    if (/[A-Za-z0-9_.~-]/.test(character)) return character;
    return byte === 0x20 ? '+' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  });
  return SecretBytes.fromUtf8(escaped.join(''));
}
