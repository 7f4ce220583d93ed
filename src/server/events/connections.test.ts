import { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { Connections } from './connections.ts';

class Connection extends Socket {
  override readonly remoteAddress: string;

  constructor(address: string) {
    super();
    this.remoteAddress = address;
  }
}

function open(bounds: { readonly ofAddress: number; readonly inAll: number }) {
  const connections = new Connections(bounds);
  const from = (address: string): Connection => {
    const socket = new Connection(address);
    connections.admit(socket);
    return socket;
  };
  return { connections, from };
}

it('an address that has all it may have loses the connection that has been idle longest, and none that is answered', () => {
  const { connections, from } = open({ ofAddress: 2, inAll: 10 });
  const [asking, idle] = [from('192.0.2.1'), from('192.0.2.1')];
  const done = connections.busy(asking);
  const next = from('192.0.2.1');
  expect([asking.destroyed, idle.destroyed, next.destroyed, connections.size]).toEqual([false, true, false, 2]);

  connections.busy(next);
  expect(from('192.0.2.1').destroyed).toBe(true);
  done();
  expect(from('192.0.2.1').destroyed).toBe(false);
  expect([asking.destroyed, next.destroyed]).toEqual([true, false]);
});

it('where there is no room for anybody, the address that has most makes it', () => {
  const { connections, from } = open({ ofAddress: 3, inAll: 4 });
  const [first, ...others] = [from('192.0.2.1'), from('192.0.2.1'), from('192.0.2.1'), from('192.0.2.2')];
  const newcomer = from('192.0.2.3');

  expect([first?.destroyed, ...others.map(({ destroyed }) => destroyed), newcomer.destroyed]).toEqual([true, false, false, false, false]);
  expect(connections.size).toBe(4);
});

it('all addresses of a network of IPv6 count as one', () => {
  const { from } = open({ ofAddress: 1, inAll: 9 });
  const [a, b, other, local] = [from('2001:db8:0:1::a'), from('2001:db8:0:1:2:3:4:5'), from('2001:db8:0:2::a'), from('::1')];

  expect([a, b, other, local].map((socket) => socket?.destroyed)).toEqual([true, false, false, false]);
});

it('a connection that has ended makes room', () => {
  const { connections, from } = open({ ofAddress: 1, inAll: 1 });
  const socket = from('192.0.2.1');
  connections.busy(socket);
  expect(from('192.0.2.1').destroyed).toBe(true);
  socket.emit('close');

  expect(connections.size).toBe(0);
  expect(from('192.0.2.1').destroyed).toBe(false);
});
