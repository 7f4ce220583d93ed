import { chargeKey } from '../crypto/charge-time.ts';
import { encodePem } from '../crypto/pem.ts';
import { writePkcs8 } from '../crypto/private-key.ts';
import type { FunctionMap } from '../value/go-function.ts';
import { meteredFunction, text } from '../value/go-function.ts';
import type { CallContext } from '../value/value.ts';
import { readJwkFields } from './jwk-fields.ts';
import { privateKeyOfJwk, publicKeyInfoOfJwk } from './jwk-key.ts';

/** Functions that write the keys of JWKs as PEM. */
export const jwk: FunctionMap = new Map([
  ['jwkPrivateKeyPem', meteredFunction([text], text, privatePem)],
  ['jwkPublicKeyPem', meteredFunction([text], text, publicPem)],
]);

function privatePem({ meter }: CallContext, json: string): string {
  chargeKey(meter, json.length);
  return encodePem({ type: 'PRIVATE KEY', bytes: writePkcs8(privateKeyOfJwk(readJwkFields(meter, json))) });
}

function publicPem({ meter }: CallContext, json: string): string {
  chargeKey(meter, json.length);
  return encodePem({ type: 'PUBLIC KEY', bytes: publicKeyInfoOfJwk(readJwkFields(meter, json)) });
}
