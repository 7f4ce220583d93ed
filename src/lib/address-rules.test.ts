import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressProblem } from './address-rules.ts';

const strict = { allowLoopback: false };
const lenient = { allowLoopback: true };

describe('an address that may not be asked', () => {
  it.each([
    ['169.254.169.254', "a cloud's metadata address"],
    ['100.100.100.200', "a cloud's metadata address"],
    ['168.63.129.16', "a cloud's metadata address"],
    ['fd00:ec2::254', "a cloud's metadata address"],
    ['FD00:0EC2:0000::0254', "a cloud's metadata address"],
    ['fd00:ec2::253', "a cloud's metadata address"],
    ['fd00:ec2:ffff::1', "a cloud's metadata address"],
    ['fd20:ce::254', "a cloud's metadata address"],
    ['fec0::1', 'a site-local address'],
    ['feff:ffff::1', 'a site-local address'],
    ['64:ff9b:1::a9fe:a9fe', 'an address of a local gateway to IPv4'],
    ['64:ff9b:1:ffff::1', 'an address of a local gateway to IPv4'],
    ['192.0.0.1', 'an address of a network protocol'],
    ['192.0.0.192', 'an address of a network protocol'],
    ['64:ff9b::192.0.0.192', 'an address of a network protocol'],
    ['169.254.0.1', 'a link-local address'],
    ['169.254.170.2', 'a link-local address'],
    ['fe80::1', 'a link-local address'],
    ['fe80::1%eth0', 'a link-local address'],
    ['febf::1', 'a link-local address'],
    ['0.0.0.0', 'an unspecified address'],
    ['0.1.2.3', 'an unspecified address'],
    ['::', 'an unspecified address'],
    ['224.0.0.1', 'a multicast address'],
    ['239.255.255.255', 'a multicast address'],
    ['ff02::1', 'a multicast address'],
    ['255.255.255.255', 'a reserved address'],
    ['::ffff:8.8.8.8', 'an IPv4 address in the form of IPv6'],
    ['::ffff:7f00:1', 'an IPv4 address in the form of IPv6'],
    ['::ffff:0:127.0.0.1', 'an IPv4 address in the form of IPv6'],
    ['64:ff9b::a9fe:a9fe', "a cloud's metadata address"],
    ['64:ff9b::127.0.0.1', 'a loopback address'],
    ['2002:a9fe:a9fe::1', "a cloud's metadata address"],
    ['::169.254.169.254', "a cloud's metadata address"],
    ['localhost', 'no address'],
    ['', 'no address'],
    ['2130706433', 'no address'],
  ])('%s is %s, whatever is allowed', (address, problem) => {
    expect([addressProblem(address, strict), addressProblem(address, lenient)]).toEqual([problem, problem]);
  });

  it.each(['127.0.0.1', '127.255.255.254', '::1'])('%s is this machine, unless that is allowed', (address) => {
    expect([addressProblem(address, strict), addressProblem(address, lenient)]).toEqual(['a loopback address', undefined]);
  });
});

describe('an address that may be asked', () => {
  it.each(['10.0.0.1', '172.16.3.4', '192.168.1.1', '100.64.0.1', '100.100.100.201', '8.8.8.8', '169.253.255.255', '169.255.0.0', '223.255.255.255', '128.0.0.1', '192.0.1.1', 'fd00:ec3::1', 'fd20:cf::1', 'fc00::1', '2001:db8::1', '64:ff9b::808:808', '64:ff9b:2::1', '2002:808:808::1'])('is %s', (address) => {
    expect(addressProblem(address, strict)).toBeUndefined();
  });
});

describe('an address of IPv6', () => {
  it('means the same however it is written', () => {
    const addresses = fc.tuple(fc.constantFrom('fe80', 'ff02', '2001', '64', '0'), fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 7, maxLength: 7 }));
    fc.assert(
      fc.property(addresses, ([head, rest]) => {
        const long = [head, ...rest.map((word) => word.toString(16).padStart(4, '0').toUpperCase())].join(':');
        const short = new URL(`http://[${long}]/`).hostname.slice(1, -1);

        expect(addressProblem(long, strict)).toBe(addressProblem(short, strict));
      }),
    );
  });
});

describe("Prelude's own addresses", () => {
  it('are refused in whatever form, and no others with them', () => {
    const rules = { allowLoopback: false, ownAddresses: ['10.1.2.3', 'fd00::1'] };

    expect(['10.1.2.3', 'fd00:0::1', '10.1.2.4'].map((address) => addressProblem(address, rules))).toEqual(["an address of Prelude's own", "an address of Prelude's own", undefined]);
  });
});

describe('metadata addresses', () => {
  it('may be asked by Prelude itself, and nothing else that is refused with them', () => {
    const rules = { allowLoopback: false, allowMetadata: true };

    expect(['169.254.169.254', '169.254.170.23', 'fd00:ec2::254', '224.0.0.1', '0.0.0.0'].map((address) => addressProblem(address, rules) === undefined)).toEqual([true, true, true, false, false]);
  });
});
