import { createSealingServer } from '../../server/sealing/sealing-server.ts';
import type { SealedSecretsMetrics } from '../../lib/sealed-secrets-metrics.ts';
import type { Server } from '../../server/listen-at.ts';
import type { Address } from '../options.ts';
import { admitCallers, type AdmitOptions } from './admit-callers.ts';
import { answerKubeseal } from './answer-kubeseal.ts';
import type { KeyStore } from './key-store.ts';

export interface ServeOptions extends Omit<AdmitOptions, 'namespace'> {
  readonly keyNamespace: string;
  readonly counts: Pick<SealedSecretsMetrics, 'answered'>;
}

/**
 * Serves kubeseal. Listens before there is a key: what asks for the certificate then is told to come again.
 * @returns the server, or why there is none, for a person
 */
export async function serveKubeseal({ host, port }: Address, keys: KeyStore, { keyNamespace: namespace, ...options }: ServeOptions): Promise<Server | string> {
  const { clock } = options;
  const data = { ...answerKubeseal(keys), admit: admitCallers({ ...options, namespace }) };
  try {
    return await createSealingServer({ host, port, data, clock, onAnswered: options.counts.answered });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    // a node without IPv6 has no `::`; all of its addresses are then the other family's
    if (host === '::' && code === 'EAFNOSUPPORT') return serveKubeseal({ host: '0.0.0.0', port }, keys, { ...options, keyNamespace: namespace });
    return `kubeseal cannot be served on ${host} port ${port} (${code}); choose another address with --seal-listen`;
  }
}
