/** Where ssh finds what it needs; each path is ours, of letters, digits, `/`, `-` and `.`. */
export interface SshFiles {
  readonly key: string;
  readonly knownHosts: string;
}

/** The one name under which the file of host keys knows the server: which host and port that are is settled before. */
export const sshHostAlias = 'repository';

/**
 * What git runs to reach a server: ssh without anybody's configuration and agent, with this key, to this address, which must show one of the
 * keys in the file. Git hands it to a shell, so that nothing in it may come from outside.
 * @param address IPv4 or IPv6, as the system writes it
 */
export function sshCommand({ key, knownHosts }: SshFiles, address: string): string {
  const settings = [
    'BatchMode=yes',
    'IdentitiesOnly=yes',
    'IdentityAgent=none',
    `IdentityFile=${key}`,
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile=${knownHosts}`,
    'GlobalKnownHostsFile=none',
    `HostKeyAlias=${sshHostAlias}`,
    `HostName=${address}`,
    'CheckHostIP=no',
    'UpdateHostKeys=no',
    'PreferredAuthentications=publickey',
    'ForwardAgent=no',
    'ForwardX11=no',
    'ClearAllForwardings=yes',
    'PermitLocalCommand=no',
    'ControlMaster=no',
    'ControlPath=none',
    'ConnectTimeout=20',
    'ServerAliveInterval=15',
    'ServerAliveCountMax=2',
    'LogLevel=ERROR',
  ];
  for (const setting of settings) if (!/^[A-Za-z0-9=/.:_-]+$/.test(setting)) throw new Error('a setting of ssh holds what a shell would read');
  return ['ssh', '-F', 'none', '-T', ...settings.flatMap((setting) => ['-o', setting])].join(' ');
}
