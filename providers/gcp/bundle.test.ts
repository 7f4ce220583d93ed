import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { bundling } from '../../test/support/build.ts';
import { openGcpBench } from '../../test/support/gcp-bench.ts';
import type { gcpsm } from './index.ts';

const never = new AbortController().signal;
const adapter = z.object({ gcpsm: z.custom<typeof gcpsm>((value) => typeof value === 'object') });

describe('the adapter in a bundle', { timeout: 60_000 }, () => {
  it('loads the SDK and asks Google, with no node_modules beside it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'prelude-gcp-'));
    try {
      await build({ ...bundling, entryPoints: { gcp: 'providers/gcp/index.ts' }, outdir: folder, outExtension: { '.js': '.mjs' } });
      const { gcpsm: provider } = adapter.parse(await import(pathToFileURL(join(folder, 'gcp.mjs')).href));
      await using bench = await openGcpBench({ provider });
      bench.secretManager.set('a', 'value');
      await using client = await bench.connect();

      const [found, missing] = await client.read([{ key: 'a' }, { key: 'b' }], never);

      expect(found?.kind === 'value' && Buffer.from(found.value.reveal()).toString()).toBe('value');
      expect(missing).toEqual({ kind: 'absent' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
