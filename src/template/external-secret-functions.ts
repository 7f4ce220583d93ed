import { decrypt } from './external-secrets/decrypt.ts';
import { jwk } from './external-secrets/jwk.ts';
import { pem } from './external-secrets/pem.ts';
import { pkcs12 } from './external-secrets/pkcs12.ts';
import { yaml } from './external-secrets/yaml.ts';
import { hexDecoding } from './sprig/encoding.ts';
import { sprigFunctions } from './sprig-functions.ts';
import type { FunctionMap } from './value/go-function.ts';

const externalSecrets = [decrypt, hexDecoding, jwk, pem, pkcs12, yaml];

/** All that ExternalSecrets' templates may call: Go's builtins, sprig, and External Secrets' own functions. Later ones win, as in Go. */
export const externalSecretFunctions: FunctionMap = new Map([...sprigFunctions, ...externalSecrets.flatMap((map) => [...map])]);
