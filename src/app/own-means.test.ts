import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listenLocally } from '../../test/support/listen-locally.ts';
import { systemClock } from '../lib/clock.ts';
import { createOwnMeans } from './own-means.ts';

describe("Prelude's own means", () => {
  it('are the files of its pod, whole', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'prelude-own-'));
    await writeFile(join(folder, 'token'), 'line\n');
    const { own, close } = createOwnMeans(systemClock);
    expect(Buffer.from((await own.file(join(folder, 'token'))).reveal()).toString()).toBe('line\n');
    await close();
  });

  it('name the file that is missing or too large, and show nothing of it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'prelude-own-'));
    await writeFile(join(folder, 'large'), 'canary'.repeat(20_000));
    const { own, close } = createOwnMeans(systemClock);
    await expect(own.file(join(folder, 'missing'))).rejects.toThrow(/needs the file .*missing, which cannot be read/);
    await expect(own.file(join(folder, 'large'))).rejects.toThrow(/large, which has more than 64 KiB$/);
    await close();
  });

  it('reach servers that tenants may not name', async () => {
    const server = await listenLocally(createServer((_, response) => response.end('role')));
    const { own, close } = createOwnMeans(systemClock);
    expect((await own.http({ method: 'GET', url: server.url }, new AbortController().signal)).status).toBe(200);
    await close();
    await server.close();
  });
});
