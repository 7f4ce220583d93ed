import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startCli } from '../../test/support/cli-process.ts';
import { startSilentServer } from '../../test/support/silent-server.ts';
import { exec } from '../lib/exec.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prelude-let-go-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** A kubeconfig for the API server at a URL. */
async function kubeconfig(url: string, user: object): Promise<string> {
  const path = join(folder, 'config');
  const cluster = { server: url, 'insecure-skip-tls-verify': true };
  await writeFile(path, JSON.stringify({ apiVersion: 'v1', kind: 'Config', 'current-context': 'a', clusters: [{ name: 'a', cluster }], users: [{ name: 'a', user }], contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }] }));
  return path;
}

describe('a command that is told to end', () => {
  it('does so at once while an API server takes connections and says nothing', async () => {
    const silent = await startSilentServer();
    const running = startCli(['bootstrap', 'git@github.com:acme/testnets.git', '--skip-controller', '--kubeconfig', await kubeconfig(silent.url, { token: 'a' })]);
    await silent.met;

    const told = performance.now();
    running.signal('SIGTERM');

    expect(await running.ended).toMatchObject({ code: 1, stderr: 'prelude: interrupted\n' });
    expect(performance.now() - told).toBeLessThan(5_000);
    await silent.close();
  }, 30_000);

  it('does so at once while a credential plugin answers nothing', async () => {
    const begun = join(folder, 'begun');
    const plugin = { exec: { apiVersion: 'client.authentication.k8s.io/v1', interactiveMode: 'Never', command: '/bin/sh', args: ['-c', `touch ${begun}; exec sleep 60 2>/dev/null`] } };
    const running = startCli(['keys', 'list', '--kubeconfig', await kubeconfig('https://127.0.0.1:1', plugin)]);
    await expect.poll(() => existsSync(begun), { timeout: 20_000 }).toBe(true);

    const told = performance.now();
    running.signal('SIGTERM');

    expect(await running.ended).toMatchObject({ code: 1, stderr: 'prelude: interrupted\n' });
    expect(performance.now() - told).toBeLessThan(5_000);
  }, 30_000);

  it('is ended where it waits for something that has no end', async () => {
    const work = `
      import { letGo } from ${JSON.stringify(join(import.meta.dirname, 'let-go.ts'))};
      const kept = setInterval(() => {}, 1_000);
      await letGo(() => new Promise(() => {}), AbortSignal.timeout(100), 200);`;

    const ended = exec(process.execPath, ['--input-type=module', '-e', work], { signal: new AbortController().signal, deadline: 15_000 });

    await expect(ended).rejects.toMatchObject({ kind: 'failed', exitCode: 1, stderr: 'prelude: not done 0.2 s after it was told to end: what is left is given up' });
  }, 20_000);
});
