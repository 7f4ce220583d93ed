import { ChartError } from './chart-error.ts';

export const tarBlock = 512;

/** A block that announces an entry of a tar archive. */
export interface TarHeader {
  readonly name: string;
  readonly size: number;
  /** One character; `0` for a file. */
  readonly type: string;
}

/**
 * Reads a header of POSIX ustar, of the format before it, or of GNU tar.
 * @returns undefined for a block of zeros, which ends an archive
 * @throws ChartError for what is no header
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06
 */
export function readTarHeader(block: Buffer): TarHeader | undefined {
  if (block.every((byte) => byte === 0)) return undefined;
  checkSum(block);
  const magic = block.toString('latin1', 257, 265);
  const name = textAt(block, 0, 100);
  // GNU tar keeps times where POSIX has the first part of a long path
  const prefix = magic === 'ustar\x0000' ? textAt(block, 345, 155) : '';
  const written = block.toString('latin1', 156, 157);
  return { name: prefix === '' ? name : `${prefix}/${name}`, size: numberAt(block, 124, 12), type: written === '\0' || written === '7' ? '0' : written };
}

/** Bytes are summed with or without their signs; both are found. */
function checkSum(block: Buffer): void {
  const written = numberAt(block, 148, 8);
  const blank = Buffer.from(block).fill(0x20, 148, 156);
  const unsigned = blank.reduce((sum, byte) => sum + byte, 0);
  const signed = blank.reduce((sum, byte) => sum + (byte > 127 ? byte - 256 : byte), 0);
  if (written !== unsigned && written !== signed) throw new ChartError('the archive is not a tar archive, or is damaged');
}

function textAt(block: Buffer, start: number, length: number): string {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end === -1 ? length : end);
}

/** Octal digits; or, with the first bit set, the number itself, which GNU tar writes for what is larger. */
function numberAt(block: Buffer, start: number, length: number): number {
  const field = block.subarray(start, start + length);
  if ((field[0] ?? 0) & 0x80) return checked(field.subarray(1).reduce((value, byte) => value * 256 + byte, (field[0] ?? 0) & 0x7f));
  const digits = field.toString('latin1').replaceAll(/^[ \0]+|[ \0].*$/gs, '');
  if (!/^[0-7]*$/.test(digits)) throw new ChartError('the archive is not a tar archive, or is damaged');
  return checked(Number.parseInt(digits === '' ? '0' : digits, 8));
}

function checked(value: number): number {
  if (!Number.isSafeInteger(value)) throw new ChartError('an entry of the archive is too large');
  return value;
}
