/** A byte string as SSH writes it: its length in four bytes, then itself (RFC 4251, section 5). */
export function sshString(bytes: Uint8Array | string): Buffer {
  const content = Buffer.from(bytes);
  return Buffer.concat([uint32(content.length), content]);
}

/** A positive whole number, from its bytes with the most significant first: as short as can be, and never with the sign bit set. */
export function sshNumber(bytes: Uint8Array): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0);
  const digits = start < 0 ? Buffer.alloc(0) : Buffer.from(bytes.subarray(start));
  const isNegative = (digits[0] ?? 0) >= 0x80;
  return sshString(isNegative ? Buffer.concat([Buffer.of(0), digits]) : digits);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
