import { expect, it } from 'vitest';
import { createMetrics } from './metrics.ts';

it('tells when each sealing key ends, which one seals, and how often private keys were used; a key that is gone is not told of', async () => {
  const metrics = createMetrics({ version: 'test', process: false });
  let names = ['new', 'old'];
  metrics.watchSealing({ keys: () => names.map((name, index) => ({ name, notAfter: 60_000, seals: index === 0 })), operations: () => 7 });
  const lines = async (): Promise<readonly string[]> => (await metrics.expose()).text.split('\n').filter((line) => line.startsWith('prelude_sealing'));

  expect(await lines()).toEqual(['prelude_sealing_key_expiry_seconds{secret="new",seals="true"} 60', 'prelude_sealing_key_expiry_seconds{secret="old",seals="false"} 60', 'prelude_sealing_rsa_operations_total 7']);
  names = ['new'];
  expect(await lines()).toEqual(['prelude_sealing_key_expiry_seconds{secret="new",seals="true"} 60', 'prelude_sealing_rsa_operations_total 7']);
});
