import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { aes } from '../sprig/aes.ts';
import { certificates } from '../sprig/certificates.ts';
import { FunctionError } from '../template-error.ts';
import { intTypes, list } from '../value/go-type.ts';
import type { CallContext, GoFunction, GoType, Value } from '../value/value.ts';
import { Int } from '../value/value.ts';
import { decrypt } from './decrypt.ts';
import { jwk } from './jwk.ts';
import { pem } from './pem.ts';
import { pkcs12 } from './pkcs12.ts';

// genCA refuses nothing here, and takes its time
const functions = [...aes, ...certificates, ...decrypt, ...jwk, ...pem, ...pkcs12].filter(([name]) => name !== 'genCA');
const secret = 'S3CR3T';
const context: CallContext = { meter: { step: () => undefined, allocate: () => undefined }, now: () => 0n, random: (size) => randomBytes(size) };
const key = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();

/** Texts that are wrong in many ways, and hold the secret. */
const texts: readonly string[] = [
  secret,
  `-----BEGIN ${secret}-----\nAAAA\n-----END ${secret}-----\n`,
  `-----BEGIN ${secret} PRIVATE KEY-----\nAAAA\n-----END ${secret} PRIVATE KEY-----\n`,
  `-----BEGIN PRIVATE KEY-----\n${secret}AA\n-----END PRIVATE KEY-----\n`,
  `-----BEGIN RSA PRIVATE KEY-----\n${secret}AA\n-----END RSA PRIVATE KEY-----\n`,
  JSON.stringify({ kty: secret }),
  JSON.stringify({ kty: 'RSA', n: `${secret}!`, e: 'AQAB' }),
  JSON.stringify({ kty: 'OKP', crv: secret, x: '' }),
  `{"kty": ${secret}}`,
  key,
];

function argument(type: GoType, value: string): Value {
  if (type.kind === 'slice') return list([value]);
  return type.kind === 'int' ? new Int(intTypes.int, 1n) : value;
}

/** What a function says of arguments that are all the same text, or a key in the last place. */
function messages({ params, call }: GoFunction): string[] {
  return texts.flatMap((value) =>
    [value, key].flatMap((last) => {
      const args = params.map((type, index) => argument(type, index === params.length - 1 ? last : value));
      try {
        call(args, context);
        return [];
      } catch (error) {
        expect(error).toBeInstanceOf(FunctionError);
        return error instanceof FunctionError ? [error.message] : [];
      }
    }),
  );
}

describe('an error', () => {
  it.each(functions)('of %s says nothing of what it was given', (_, target) => {
    for (const message of messages(target)) expect(message).not.toContain(secret);
  });
});
