import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatIp, parseIp } from './ip-address.ts';

describe('IP addresses', () => {
  it.each([
    ['192.0.2.1', 'c0000201', '192.0.2.1'],
    ['::ffff:192.0.2.1', 'c0000201', '192.0.2.1'],
    ['::', '00'.repeat(16), '::'],
    ['::1', `${'00'.repeat(15)}01`, '::1'],
    ['2001:DB8::0:1', '20010db8000000000000000000000001', '2001:db8::1'],
    ['1:0:0:2:0:0:0:3', '00010000000000020000000000000003', '1:0:0:2::3'],
    ['1:2:3:4:5:6:0:8', '00010002000300040005000600000008', '1:2:3:4:5:6:0:8'],
    ['1:2:3:4:5:6:1.2.3.4', '00010002000300040005000601020304', '1:2:3:4:5:6:102:304'],
  ])('reads %s', (text, hex, printed) => {
    const bytes = parseIp(text);
    expect(bytes?.toString('hex')).toBe(hex);
    expect(formatIp(bytes ?? Buffer.alloc(4))).toBe(printed);
  });

  it.each(['', '1.2.3', '01.2.3.4', '1.2.3.256', 'fe80::1%eth0', ':::', '1:2:3:4:5:6:7', 'x', ' 1.2.3.4'])('refuses %j', (text) => {
    expect(parseIp(text)).toBeUndefined();
  });

  it('reads what it prints', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array({ minLength: 16, maxLength: 16, max: 3 }), fc.uint8Array({ minLength: 16, maxLength: 16 })), (input) => {
        const bytes = Buffer.from(input);
        expect(parseIp(formatIp(bytes))).toEqual(bytes);
      }),
    );
  });
});
