import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { openGcpBench } from '../../test/support/gcp-bench.ts';

const never = new AbortController().signal;
const printed: string[] = [];
/** A value as it is, and as the SDK's printer writes bytes; and what tokens begin with. */
const shapes = ['canary-of-google', JSON.stringify([...Buffer.from('canary-of-google')]).slice(1, -1), 'ya29'];

beforeEach(() => {
  // with this the SDK prints what it sends and gets
  vi.stubEnv('GOOGLE_SDK_NODE_LOGGING', '*');
  const keep = (...parts: readonly unknown[]): void => void printed.push(parts.map(String).join(' '));
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) vi.spyOn(console, method).mockImplementation(keep);
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((chunk) => {
      keep(Buffer.from(chunk).toString());
      return true;
    });
  }
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe('the SDK of Google', () => {
  it('prints no value, whatever the environment tells it to print', async () => {
    await using bench = await openGcpBench();
    bench.secretManager.set('a', 'canary-of-google');
    await using client = await bench.connect();
    const value = SecretBytes.fromUtf8('canary-of-google');
    const [read] = await client.read([{ key: 'a' }], never);
    await client.write?.({ remoteKey: 'b', secretKey: 'k', value, source: { type: 'Opaque', labels: {}, annotations: {}, data: new Map() }, updatePolicy: 'Replace' }, never);

    expect(read?.kind).toBe('value');
    expect(bench.secretManager.count('AddSecretVersion')).toBe(1);
    expect(printed.filter((text) => shapes.some((shape) => text.includes(shape)))).toEqual([]);
  });
});
