import { constants, type KeyObject, privateDecrypt, publicEncrypt, randomBytes } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';

/* One of the threads of rsaRate: opens the same session key again and again for a while, and answers how many times a second. */
const { key, publicKey, ms } = workerData as { readonly key: KeyObject; readonly publicKey: KeyObject; readonly ms: number };
const how = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256', oaepLabel: Buffer.from('namespace/name') };
const wrapped = publicEncrypt({ key: publicKey, ...how }, randomBytes(32));
let operations = 0;
const started = performance.now();
while (performance.now() - started < ms) {
  privateDecrypt({ key, ...how }, wrapped);
  operations += 1;
}
parentPort?.postMessage(operations / ((performance.now() - started) / 1000), []);
