import type { Socket } from 'node:net';

/** How many may be open at once. */
export interface ConnectionBounds {
  readonly ofAddress: number;
  readonly inAll: number;
}

/** Those of one address. */
interface Address {
  readonly name: string;
  readonly open: Set<Socket>;
  /** Those of them on which no whole request is waiting for its answer; the longest so first. */
  readonly idle: Set<Socket>;
}

/**
 * The connections of a server, so many in all and of each address. Where there is no room for one more, the one goes that has been without
 * a whole request for longest: of its own address, or of that which has most. So whoever holds connections open without asking loses
 * them, and whoever asks is answered, even behind the same proxy.
 */
export class Connections {
  readonly #bounds: ConnectionBounds;
  readonly #addresses = new Map<string, Address>();
  #size = 0;

  constructor(bounds: ConnectionBounds) {
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#size;
  }

  /** Takes a connection in, or ends it where there is no room. */
  admit(socket: Socket): void {
    const name = networkOf(socket.remoteAddress ?? '');
    const own = this.#addresses.get(name);
    const isFull = own !== undefined && own.open.size >= this.#bounds.ofAddress;
    if ((isFull && !this.#endIdle(own)) || (this.#size >= this.#bounds.inAll && !this.#endIdle(this.#largest()))) {
      socket.destroy();
      return;
    }
    const address = this.#addresses.get(name) ?? { name, open: new Set(), idle: new Set() };
    this.#addresses.set(name, address);
    address.open.add(socket);
    address.idle.add(socket);
    this.#size += 1;
    socket.once('close', () => this.#remove(address, socket));
  }

  /** A whole head of a request has come, which is being answered until `done` is called. */
  busy(socket: Socket): () => void {
    const address = this.#addresses.get(networkOf(socket.remoteAddress ?? ''));
    address?.idle.delete(socket);
    return () => {
      if (address?.open.has(socket) === true) address.idle.add(socket);
    };
  }

  #largest(): Address | undefined {
    return this.#addresses.values().reduce<Address | undefined>((most, one) => (one.idle.size > 0 && one.open.size > (most?.open.size ?? 0) ? one : most), undefined);
  }

  #endIdle(address: Address | undefined): boolean {
    const [oldest] = address?.idle ?? [];
    if (address === undefined || oldest === undefined) return false;
    this.#remove(address, oldest);
    oldest.destroy();
    return true;
  }

  #remove(address: Address, socket: Socket): void {
    address.idle.delete(socket);
    if (!address.open.delete(socket)) return;
    this.#size -= 1;
    if (address.open.size === 0 && this.#addresses.get(address.name) === address) this.#addresses.delete(address.name);
  }
}

/** An address of IPv6 counts with the network it is in, of which one host may have all. */
function networkOf(address: string): string {
  if (!address.includes(':') || address.startsWith('::ffff:')) return address;
  const [head = '', tail] = address.split('::');
  const groups = head.split(':');
  return (tail === undefined ? groups : [...groups, ...Array.from({ length: 4 }, () => '0')]).slice(0, 4).join(':');
}
