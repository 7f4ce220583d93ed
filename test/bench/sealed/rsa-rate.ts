import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { SealingKey } from '../../../src/seal/sealing-key.ts';

const ms = 3_000;

/**
 * How many values a second the machine could open if it did nothing else: RSA operations with a key, one thread for each core, each of them
 * synchronous. Nothing that opens values can be faster.
 */
export async function rsaRate({ privateKey, certificate }: Pick<SealingKey, 'privateKey' | 'certificate'>): Promise<number> {
  const threads = Array.from({ length: availableParallelism() }, () => new Worker(new URL('rsa-thread.ts', import.meta.url), { workerData: { key: privateKey, publicKey: certificate.publicKey, ms } }));
  const rates = await Promise.all(threads.map((thread) => new Promise<number>((resolve, reject) => thread.once('message', resolve).once('error', reject))));
  return rates.reduce((sum, rate) => sum + rate, 0);
}
