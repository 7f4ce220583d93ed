import { expect } from 'vitest';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { type Exemption, exemptionBy } from './provider.contract.ts';

const never = new AbortController().signal;

/** Of a service that keeps text: bytes that are none are not pushed, for they would come back as others. */
export function keepsText(service: string): Exemption {
  return exemptionBy('returns bytes as they were stored, NUL and what is no UTF-8 among them', `${service} keeps text`, async (client) => {
    const value = new SecretBytes(Uint8Array.of(0, 0xff, 10, 0xc3));
    const source = { type: 'Opaque', labels: {}, annotations: {}, data: new Map([['k', value]]) };
    expect(await client.write?.({ remoteKey: 'binary', secretKey: 'k', value, source, updatePolicy: 'Replace' }, never)).toMatchObject({ kind: 'error', error: { kind: 'invalid' } });
    expect(await client.read([{ key: 'binary' }], never)).toEqual([{ kind: 'absent' }]);
  });
}
