import { certificatePem, isRoot, orderChain, readCertificateChain } from '../crypto/certificate-chain.ts';
import { parseCertificate } from '../crypto/certificate.ts';
import { chargeTime, milliseconds } from '../crypto/charge-time.ts';
import { formatIp } from '../crypto/ip-address.ts';
import { decodeAllPem, decodePem, encodePem } from '../crypto/pem.ts';
import { within } from '../crypto/within.ts';
import { FunctionError } from '../template-error.ts';
import type { FunctionMap } from '../value/go-function.ts';
import { listOf, meteredFunction, text } from '../value/go-function.ts';
import type { CallContext } from '../value/value.ts';
import { equalFold } from './equal-fold.ts';

/** Functions that choose among PEM blocks. */
export const pem: FunctionMap = new Map([
  ['certSANs', meteredFunction([text], listOf(text), alternativeNames)],
  ['filterCertChain', meteredFunction([text, text], text, filterChain)],
  ['filterPEM', meteredFunction([text, text], text, filter)],
]);

/** The blocks of a type, whatever its case. What stands between blocks gets lost. */
function filter({ meter }: CallContext, type: string, input: string): string {
  meter.allocate(input.length * 2);
  const { blocks, rest } = decodeAllPem(input);
  const chosen = blocks.filter((block) => equalFold(block.type, type));
  if (chosen.length === 0 && rest !== '') throw new FunctionError('error filtering pem: found junk');
  return chosen.map(encodePem).join('');
}

/** The leaf, the intermediates or the root of a chain; nothing where there is none. */
function filterChain({ meter }: CallContext, kind: string, input: string): string {
  meter.allocate(input.length * 2);
  const chain = orderChain(meter, readCertificateChain(meter, input));
  const [leaf, ...above] = chain;
  const last = chain.at(-1);
  switch (kind) {
    case 'leaf':
      return leaf === undefined || isRoot(leaf) ? '' : certificatePem(leaf);
    case 'intermediate': {
      const root = above.findIndex(isRoot);
      return above.slice(0, root < 0 ? above.length : root).map(certificatePem).join('');
    }
    case 'root':
      return last !== undefined && isRoot(last) ? certificatePem(last) : '';
    default:
      return '';
  }
}

/** Whom a certificate is for: DNS names, addresses, e-mail addresses and URIs, in this order. */
function alternativeNames({ meter }: CallContext, input: string): string[] {
  chargeTime(meter, milliseconds.readCertificate);
  const start = input.indexOf('-----BEGIN');
  const { block } = decodePem(start < 0 ? input : input.slice(start));
  if (block === undefined) throw new FunctionError('failed to decode PEM block');
  const { dns, addresses, emails, uris } = within('failed to parse certificate', () => parseCertificate(block.bytes)).alternativeNames;
  return [...dns, ...addresses.map(formatIp), ...emails, ...uris];
}
