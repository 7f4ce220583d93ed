import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

/** Git over SSH as a hosting service offers it, on loopback. */
export interface GitSshServer {
  /** `ssh://git@127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  /** `type key`, as known_hosts has it behind the name. */
  readonly hostKey: string;
  /** Every command that was asked for. */
  readonly commands: readonly string[];
  /** Lets the owner of a key in, and nobody else. */
  readonly authorize: (publicKey: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

/**
 * @param program the part `git-ssh-server`
 * @param root folder of bare repositories, served by their names
 */
export async function startGitSshServer(program: string, root: string): Promise<GitSshServer> {
  const authorized = join(root, 'authorized_keys');
  await writeFile(authorized, '');
  // it ends when its standard input does, whatever ends this process
  const child = spawn(program, [root, authorized], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const [first]: unknown[] = await once(lines, 'line');
  const [port = '', ...hostKey] = String(first).split(' ');
  const commands: string[] = [];
  lines.on('line', (line) => commands.push(line));
  return {
    url: `ssh://git@127.0.0.1:${port}`,
    port: Number(port),
    hostKey: hostKey.join(' ').trim(),
    commands,
    authorize: (publicKey) => writeFile(authorized, publicKey),
    close: async () => {
      child.stdin.end();
      await once(child, 'close');
    },
  };
}

/** A key pair by OpenSSH's own program. */
export async function createSshKeyPair(folder: string, passphrase = ''): Promise<{ readonly privateKey: string; readonly publicKey: string }> {
  const file = join(folder, 'key-pair');
  await rm(file, { force: true });
  await promisify(execFile)('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', 'test', '-f', file]);
  return { privateKey: await readFile(file, 'utf8'), publicKey: await readFile(`${file}.pub`, 'utf8') };
}
