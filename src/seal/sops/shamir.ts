/**
 * Combines the parts of a secret that was split by Shamir's scheme over GF(2^8), with the polynomial of AES: each part is the values of
 * the polynomials at one place, and that place as its last byte. (Source: SOPS' shamir package, Vault's.) No table is looked into and no
 * branch taken by a secret, so that neither the time nor the cache tells of it.
 * @returns undefined where the parts cannot be of one secret
 */
export function combineParts(parts: readonly Uint8Array[]): Uint8Array | undefined {
  const length = (parts[0]?.length ?? 0) - 1;
  if (parts.length < 2 || length < 1 || parts.some((part) => part.length !== length + 1)) return undefined;
  const places = parts.map((part) => part[length] ?? 0);
  if (places.includes(0) || new Set(places).size !== places.length) return undefined;
  // what each part counts for at 0 depends on the places alone
  const weights = places.map((own) => places.filter((other) => other !== own).reduce((weight, other) => multiply(weight, multiply(other, inverse(own ^ other))), 1));
  const secret = new Uint8Array(length);
  for (let index = 0; index < length; index += 1) {
    let value = 0;
    for (const [which, part] of parts.entries()) value ^= multiply(part[index] ?? 0, weights[which] ?? 0);
    secret[index] = value;
  }
  return secret;
}

/** Multiplies in GF(2^8), bit by bit and always all eight. */
export function multiply(a: number, b: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit -= 1) {
    const carried = (-(product >> 7) & 0x1b) ^ ((product << 1) & 0xff);
    product = carried ^ (-((b >> bit) & 1) & a & 0xff);
  }
  return product;
}

/** a^254, which is the inverse of what is not 0: squares and products in an order that is always the same. */
export function inverse(a: number): number {
  let power = a;
  for (let step = 0; step < 6; step += 1) power = multiply(multiply(power, power), a);
  return multiply(power, power);
}
