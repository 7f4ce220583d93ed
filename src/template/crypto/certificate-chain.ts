import { FunctionError } from '../template-error.ts';
import type { Meter } from '../value/value.ts';
import { type Certificate, parseCertificate } from './certificate.ts';
import { chargeTime, milliseconds } from './charge-time.ts';
import { decodeAllPem, encodePem } from './pem.ts';

/** A byte string of PEM. */
export function certificatePem({ raw }: Certificate): string {
  return encodePem({ type: 'CERTIFICATE', bytes: raw });
}

/** The certificates of all PEM blocks. @throws FunctionError where one is something else, LimitError */
export function readCertificateChain(meter: Meter, pem: string): readonly Certificate[] {
  return decodeAllPem(pem).blocks.map(({ bytes }) => {
    chargeTime(meter, milliseconds.readCertificate);
    return parseCertificate(bytes);
  });
}

/**
 * Certificates from the leaf up, by their key identifiers: each is followed by the first that has the key which signed it.
 * @throws FunctionError where they are no single chain, LimitError
 */
export function orderChain(meter: Meter, certificates: readonly Certificate[]): readonly Certificate[] {
  meter.step((certificates.length * certificates.length) / 10);
  const parents = new Map(certificates.map((certificate, index) => [certificate, parentOf(certificates, index)]));
  const used = new Set(parents.values());
  const [leaf, ...others] = certificates.filter((certificate) => !used.has(certificate));
  if (others.length > 0) throw new FunctionError('found multiple leaf or disjunct certificates');
  if (leaf === undefined) throw new FunctionError('no leaf certificate found');
  const chain: Certificate[] = [];
  for (let next: Certificate | undefined = leaf; next !== undefined; next = parents.get(next)) {
    if (chain.length === certificates.length) throw new FunctionError('constructing chain resulted in cycle');
    chain.push(next);
  }
  return chain;
}

const nothing = Buffer.alloc(0);

/** What is absent is the same as what is empty: a certificate without key identifiers is above all others of its kind. */
function parentOf(certificates: readonly Certificate[], child: number): Certificate | undefined {
  const wanted = certificates[child]?.authorityKeyId ?? nothing;
  return certificates.find(({ subjectKeyId = nothing }, index) => index !== child && subjectKeyId.equals(wanted));
}

/** Whether a certificate is signed by itself, as its key identifiers have it. */
export function isRoot({ authorityKeyId, subjectKeyId = nothing }: Certificate): boolean {
  return authorityKeyId === undefined || authorityKeyId.equals(subjectKeyId);
}
