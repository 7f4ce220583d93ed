import { describe, expect, it } from 'vitest';
import { hashPassword } from './bcrypt.ts';
import { FunctionError } from '../template-error.ts';

const salt = Buffer.from('10410410410410410410410410410410', 'hex');
const otherSalt = Buffer.from('71d79f8218a39259a7a29aabb2dbafc3', 'hex');

describe('bcrypt', () => {
  // the vectors of crypt_blowfish
  it.each([
    ['U*U', salt, '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
    ['U*U*', salt, '$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK'],
    ['', salt, '$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy'],
    [
      '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789',
      otherSalt,
      '$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui',
    ],
  ])('hashes %s as others do', (password, with16Bytes, hash) => {
    expect(hashPassword(password, with16Bytes, 5)).toBe(hash);
  });

  it('takes UTF-8 as its bytes, and refuses bytes that are none', () => {
    expect(hashPassword('\xc3\xa9', salt, 5)).toMatch(/^\$2a\$05\$CCCCCCCCCCCCCCCCCCCCC\./);
    expect(() => hashPassword('\xff\xff\xa3', salt, 5)).toThrow(FunctionError);
  });
});
