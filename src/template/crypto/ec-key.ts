import { createECDH } from 'node:crypto';
import { FunctionError } from '../template-error.ts';
import { type Curve, curves } from './curve.ts';
import { DerReader, explicitTag, tags } from './der.ts';
import { bits, explicit, integer, objectIdentifier, octets, sequence } from './write-der.ts';

export interface EcKey {
  readonly kind: 'ec';
  readonly curve: Curve;
  /** The private number, of the curve's size. */
  readonly scalar: Buffer;
  /** The public point, uncompressed. */
  readonly point: Buffer;
}

/**
 * Reads SEC 1. The public point is that of the private number, whatever stands in the file.
 * @param known the curve, where it is known from elsewhere
 * @throws DerError where it is something else, FunctionError where it is no good key
 */
export function readEcKey(der: Buffer, known?: string): EcKey {
  const reader = new DerReader(der).sequence();
  const version = reader.integer();
  const scalar = reader.octets();
  const named = optionalWithin(reader, 0, tags.objectIdentifier)?.objectIdentifier();
  optionalWithin(reader, 1, tags.bits)?.bits();
  const curveIdentifier = known ?? named;
  if (version !== 1n) throw new FunctionError('x509: unknown EC private key version');
  const curve = curves.find(({ objectIdentifier }) => objectIdentifier === curveIdentifier);
  if (curve === undefined) throw new FunctionError('x509: unknown elliptic curve');
  return ecKeyOf(curve, scalar);
}

/** What stands within an explicit tag, if both are there: Go passes over what has another tag. */
function optionalWithin(reader: DerReader, number: number, tag: number): DerReader | undefined {
  const content = reader.optional(explicitTag(number));
  if (content === undefined) return undefined;
  new DerReader(content).next();
  return content[0] === tag ? new DerReader(content) : undefined;
}

/** @param scalar with zeros before it, or without those that belong there @throws FunctionError where it is not one of the curve */
export function ecKeyOf(curve: Curve, scalar: Buffer): EcKey {
  const excess = Math.max(0, scalar.length - curve.size);
  if (scalar.subarray(0, excess).some((byte) => byte !== 0)) throw new FunctionError('x509: invalid private key length');
  const padded = Buffer.concat([Buffer.alloc(Math.max(0, curve.size - scalar.length)), scalar.subarray(excess)]);
  const exchange = createECDH(curve.name);
  try {
    exchange.setPrivateKey(padded);
  } catch {
    throw new FunctionError('x509: failed to parse EC private key');
  }
  return { kind: 'ec', curve, scalar: padded, point: exchange.getPublicKey() };
}

/** Writes SEC 1, with the curve's name where it stands for itself. */
export function writeEcKey({ curve, scalar, point }: EcKey, options: { readonly named: boolean }): Buffer {
  const name = options.named ? [explicit(0, objectIdentifier(curve.objectIdentifier))] : [];
  return sequence(integer(1), octets(scalar), ...name, explicit(1, bits(point)));
}
