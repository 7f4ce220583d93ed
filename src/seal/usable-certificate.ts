import { SealError } from './seal-error.ts';
import type { SealingCertificate } from './sealing-key.ts';

/**
 * Why nothing should be sealed with a certificate now; undefined where it may. What it sealed before stays good: controllers open with
 * keys of any age.
 * @param now milliseconds since the epoch
 */
export function certificateProblem({ notBefore, notAfter }: SealingCertificate, now: number): string | undefined {
  // kubeseal's words
  if (now > notAfter) return `failed to encrypt using an expired certificate on ${goDate(notAfter)}`;
  if (now < notBefore) return `the certificate is not valid before ${new Date(notBefore).toISOString()}: is the clock of this machine right?`;
  return undefined;
}

/** @throws SealError where nothing should be sealed with it now */
export function usableCertificate(certificate: SealingCertificate, now: number): SealingCertificate {
  const problem = certificateProblem(certificate, now);
  if (problem !== undefined) throw new SealError(problem);
  return certificate;
}

/** `January 2, 2006` */
function goDate(milliseconds: number): string {
  return new Intl.DateTimeFormat('en-US', { year: 'numeric', month: 'long', day: 'numeric', timeZone: 'UTC' }).format(milliseconds);
}
