import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The real SOPS, in a folder of its own. */
export interface SopsProgram {
  /** Encrypts a file that is written first; `rules` is a creation rule of `.sops.yaml`, as JSON. */
  readonly encrypt: (name: string, content: string | Uint8Array, rules: object) => Promise<Buffer>;
  /** Decrypts; the format is told by the name. */
  readonly decrypt: (name: string, content: string | Uint8Array) => Promise<Buffer>;
  /** Sets a variable of its environment: where keys lie, credentials. */
  readonly set: (name: string, value: string) => void;
  readonly folder: string;
  readonly remove: () => void;
}

/** @param program the part `sops` */
export function createSopsProgram(program: string): SopsProgram {
  const folder = mkdtempSync(join(tmpdir(), 'prelude-sops-'));
  const env: Record<string, string> = { PATH: process.env['PATH'] ?? '', HOME: folder };
  const run = (args: readonly string[]): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      execFile(program, args, { cwd: folder, env, encoding: 'buffer', timeout: 30_000, maxBuffer: 8 << 20 }, (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new Error(`sops ${args[0]} failed: ${stderr.toString('utf8').slice(-2000)}`));
      });
    });
  return {
    encrypt: async (name, content, rules) => {
      writeFileSync(join(folder, name), content);
      writeFileSync(join(folder, '.sops.yaml'), JSON.stringify({ creation_rules: [rules] }));
      return run(['encrypt', name]);
    },
    decrypt: async (name, content) => {
      writeFileSync(join(folder, name), content);
      return run(['decrypt', name]);
    },
    set: (name, value) => {
      env[name] = value;
    },
    folder,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

const gpgProgram = 'gpg';

/** A PGP key pair without a passphrase, in a home of its own. */
export interface PgpPair {
  readonly home: string;
  readonly fingerprint: string;
  /** In armor. */
  readonly secretKey: string;
  readonly remove: () => void;
}

/** Whether this machine has gpg; where it has not, PGP is refused by a message, and that is what can be tested. */
export const hasGpg = (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, gpgProgram)));

export function createPgpPair(): PgpPair {
  // the agent's socket needs a short path
  const home = mkdtempSync(join(tmpdir(), 'pgp-'));
  const gpg = (args: readonly string[]): string => execFileSync(gpgProgram, ['--homedir', home, '--batch', '--quiet', '--pinentry-mode', 'loopback', '--passphrase', '', ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  gpg(['--quick-generate-key', 'sops@example.org', 'default', 'default', 'never']);
  const fingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(gpg(['--with-colons', '--list-keys']))?.[1] ?? '';
  return {
    home,
    fingerprint,
    secretKey: gpg(['--armor', '--export-secret-keys', fingerprint]),
    remove: () => {
      try {
        execFileSync(`${gpgProgram}conf`, ['--homedir', home, '--kill', 'all'], { stdio: 'ignore' });
      } catch {
        // without an agent there is none to end
      }
      rmSync(home, { recursive: true, force: true });
    },
  };
}
