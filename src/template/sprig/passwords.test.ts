import { describe, expect, it } from 'vitest';
import { hashPassword } from '../crypto/bcrypt.ts';
import { FunctionError, LimitError } from '../template-error.ts';
import type { Value } from '../value/value.ts';
import { passwords } from './passwords.ts';

const salt = Buffer.from('10410410410410410410410410410410', 'hex');

function call(name: string, args: readonly Value[], steps = Number.POSITIVE_INFINITY): Value {
  let left = steps;
  const step = (count = 1): void => {
    left -= count;
    if (left < 0) throw new LimitError('too much');
  };
  return passwords.get(name)?.call(args, { meter: { step, allocate: () => undefined }, now: () => 0n, random: () => salt });
}

describe('htpasswd', () => {
  const hash = hashPassword('password', salt, 10);

  it('hashes with bcrypt, with and without a third argument that says so', () => {
    expect(call('htpasswd', ['user', 'password'])).toBe(`user:${hash}`);
    expect(call('htpasswd', ['user', 'password', 'bcrypt'])).toBe(`user:${hash}`);
    expect(call('htpasswd', ['user', 'password', 'other'])).toBe(`user:${hash}`);
  });

  it('hashes with SHA-1 where that is asked for', () => {
    expect(call('htpasswd', ['user', 'password', 'sha'])).toBe('user:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=');
  });

  it('takes no more arguments', () => {
    expect(() => call('htpasswd', ['user', 'password', 'sha', 'sha'])).toThrow(FunctionError);
  });
});

describe('bcrypt', () => {
  it('takes a random salt', () => {
    expect(call('bcrypt', ['password'])).toBe(hashPassword('password', salt, 10));
  });

  it('cannot be called any number of times', () => {
    expect(() => call('bcrypt', ['password'], 1_000)).toThrow(LimitError);
    expect(() => call('derivePassword', [undefined, 'long', 'password', 'user', 'site'], 1_000)).toThrow(LimitError);
  });
});
