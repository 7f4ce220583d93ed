import { describe, expect, it } from 'vitest';
import { certificates, keys } from '../../../test/support/template/crypto-files.ts';
import { FunctionError } from '../template-error.ts';
import { strings } from '../value/go-type.ts';
import type { Value } from '../value/value.ts';
import { pem } from './pem.ts';

function alternativeNames(input: string): Value {
  return pem.get('certSANs')?.call([input], { meter: { step: () => undefined, allocate: () => undefined }, now: () => 0n, random: () => new Uint8Array() });
}

const names = strings(['leaf.example', '*.leaf.example', '192.0.2.1', '2001:db8::1', 'leaf@leaf.example', 'https://leaf.example/x']);

describe('certSANs', () => {
  it('lists DNS names, addresses, e-mail addresses and URIs', () => {
    expect(alternativeNames(certificates.leaf)).toEqual(names);
  });

  it('looks at the first block, wherever it begins', () => {
    expect(alternativeNames(`junk${certificates.leaf}${certificates.root}`)).toEqual(names);
  });

  it('lists nothing where there are none', () => {
    expect(alternativeNames(certificates.root)).toEqual(strings([]));
  });

  it.each(['', 'not a pem', keys.leaf])('refuses what is no certificate', (input) => {
    expect(() => alternativeNames(input)).toThrow(FunctionError);
  });
});
