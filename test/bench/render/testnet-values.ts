import { dirname, join } from 'node:path';

export const testnetChart = join(dirname(dirname(import.meta.dirname)), 'sample/charts/testnet');

/** Values of the so-manieth testnet; no two have the same. */
export function testnetValues(index: number): object {
  const producers = Array.from({ length: 1 + (index % 5) }, (_, producer) => ({ name: `block-producer-${producer + 1}`, ...(producer === index % 3 ? { delegate: `B62q${index}` } : {}) }));
  return {
    keyPassword: `password of testnet ${index}`,
    seed: { libp2pKeyPair: `private-${index},public-${index},peer-${index}`, port: 8302 + (index % 100) },
    blockProducers: producers,
    snarkWorkers: { replicas: index % 4, fee: (index + 1) / 1000 },
    archive: { enabled: index % 7 !== 0 },
    faucet: { amount: 1 + index, enabled: index % 11 !== 0 },
    genesis: { accounts: producers.map(({ name }) => ({ pk: `B62q-${name}-${index}`, balance: 1000 + index })) },
  };
}
