import { gzipSync } from 'node:zlib';

/** A packaged chart `net` of which there is the Chart.yaml alone: a tar of one file. */
export function chartArchive(version: string): Buffer {
  const content = Buffer.from(`apiVersion: v2\nname: net\nversion: ${version}\n`);
  const header = Buffer.alloc(512);
  header.write('net/Chart.yaml', 0);
  header.write('0000644\0', 100);
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  // the sum counts its own field as eight spaces; behind it stands the type of the entry
  header.write('        0', 148);
  header.write('ustar\x0000', 257);
  header.write(`${header.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\0 `, 148);
  return gzipSync(Buffer.concat([header, content, Buffer.alloc(512 - content.length), Buffer.alloc(1024)]));
}
