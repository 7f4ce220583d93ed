import { gzipSync } from 'node:zlib';

export interface TarEntry {
  readonly name: string;
  readonly data?: string | Uint8Array;
  /** Default: a file. */
  readonly type?: string;
  /** Where it is to differ from that of the data. */
  readonly size?: number;
}

/** A gzipped tar archive, good or bad. */
export function tgz(entries: readonly TarEntry[]): Buffer {
  return gzipSync(Buffer.concat([...entries.map(tarEntry), Buffer.alloc(1024)]));
}

export function tarEntry({ name, data = '', type = '0', size }: TarEntry): Buffer {
  const content = Buffer.from(data);
  const header = Buffer.alloc(512);
  header.write(name, 0, 100);
  header.write('0000644\0', 100);
  header.write(`${(size ?? content.length).toString(8).padStart(11, '0')}\0`, 124);
  header.write(`        ${type}`, 148);
  header.write('ustar\x0000', 257, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}
