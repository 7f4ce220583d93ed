import type { Meter } from '../value/value.ts';

/** Steps that the meter counts for a millisecond: the default limits allow about five seconds. */
const stepsInMillisecond = 400;

/** About how many milliseconds some things take, on a slow machine. */
export const milliseconds = { rsa2048: 150, rsa4096: 1000, dsa: 500, smallKey: 1, readCertificate: 0.1, scrypt: 200, bcrypt: 120 } as const;

/** Reports work that does not grow with what it is given. @throws LimitError */
export function chargeTime(meter: Meter, time: number): void {
  meter.step(time * stepsInMillisecond);
}

const usualSize = 1700;
/** The largest key takes no longer, whatever stands around it. */
const mostTime = 200;

/** Reports that a key is read and checked, which takes the longer the larger it is. @param size of what it is in @throws LimitError */
export function chargeKey(meter: Meter, size: number): void {
  chargeTime(meter, Math.min(1 + 2 * (size / usualSize) ** 2, mostTime));
}

/** Reports a signature or a decryption. @param bits of an RSA key; 0 for others, which are small @throws LimitError */
export function chargeOperation(meter: Meter, bits: number): void {
  chargeTime(meter, 1 + 2 * (bits / 2048) ** 3);
}
