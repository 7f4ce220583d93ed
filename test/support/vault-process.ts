import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { VaultAdmin } from './vault-bench.ts';
import { vaultAdmin } from './vault-bench.ts';

/** A real Vault of a test's own, unsealed and empty, in memory. */
export interface VaultProcess extends AsyncDisposable {
  readonly url: string;
  /** Asks it with its root token. */
  readonly admin: VaultAdmin;
  /** How many tokens it knows, the root token among them. */
  readonly tokens: () => Promise<number>;
}

const started = z.object({ url: z.string(), token: z.string() });
const accessors = z.object({ data: z.object({ keys: z.array(z.string()) }) });

/** @param program the part `vault` */
export async function startVault(program: string): Promise<VaultProcess> {
  // it ends when its standard input does, whatever ends this process
  const child = spawn(program, [], { stdio: ['pipe', 'pipe', 'pipe'] });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-4000);
  });
  const lines = createInterface({ input: child.stdout });
  const [line]: unknown[] = await Promise.race([
    once(lines, 'line'),
    once(child, 'close').then(() => {
      throw new Error(`vault ended before it was ready:\n${log}`);
    }),
  ]);
  const { url, token } = started.parse(JSON.parse(String(line)));
  const admin = vaultAdmin(url, token);
  return {
    url,
    admin,
    tokens: async () => {
      const { body } = await admin.call('GET', 'auth/token/accessors?list=true');
      return accessors.parse(body).data.keys.length;
    },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null) return;
      const closed = once(child, 'close');
      child.stdin.end();
      await closed;
    },
  };
}
