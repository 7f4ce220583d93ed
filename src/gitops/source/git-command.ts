import { exec } from '../../lib/exec.ts';
import { ExecError } from '../../lib/exec-error.ts';
import type { GitAccess } from './git-access.ts';
import { redactUrl } from './git-url.ts';
import { SourceError, type SourceErrorKind } from './source-error.ts';

export interface GitRun {
  readonly signal: AbortSignal;
  /** Milliseconds. */
  readonly deadline: number;
  readonly stdin?: Uint8Array | string;
  readonly stdoutLimit?: number;
  /** How the server is reached; absent: none is. */
  readonly access?: GitAccess;
}

/** Runs git with arguments that follow ours. Throws SourceError, or the signal's reason. */
export type Git = (args: readonly string[], run: GitRun) => Promise<Buffer>;

/**
 * What a repository, its configuration or its server might otherwise make git do: run hooks, filters, helpers and monitors, follow
 * a redirect with credentials, ask a person, write links. (Lessons: performance-and-security.md §4.1.)
 */
const hardening = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.symlinks=false',
  'core.askPass=',
  'credential.helper=',
  'credential.interactive=false',
  'gc.auto=0',
  'http.followRedirects=false',
  'http.lowSpeedLimit=1000',
  'http.lowSpeedTime=20',
  'protocol.allow=never',
  'protocol.ext.allow=never',
  'submodule.recurse=false',
  'fetch.recurseSubmodules=false',
].flatMap((setting) => ['-c', setting]);

const environment = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_OPTIONAL_LOCKS: '0',
  // messages are understood, so they must not be translated
  LC_ALL: 'C',
};

/** How to reach a server behind a proxy or a private authority; nothing else of ours is handed on. */
const inherited = ['PATH', 'HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'GIT_SSL_CAINFO'];

export type GitProtocol = 'https' | 'ssh' | 'file';

/** Git on one bare repository, hardened, speaking the given protocols only. */
export function createGit(folder: string, protocols: readonly GitProtocol[]): Git {
  return hardenedGit([`--git-dir=${folder}`], protocols);
}

/** Git on the repository of a work tree that is not ours: hardened, and without any protocol. */
export function createWorkTreeGit(root: string): Git {
  return hardenedGit(['-C', root, '-c', 'safe.directory=*'], []);
}

function hardenedGit(where: readonly string[], protocols: readonly GitProtocol[]): Git {
  const allowed = protocols.flatMap((protocol) => ['-c', `protocol.${protocol}.allow=always`]);
  // an empty list would allow all
  const env = { ...environment, HOME: '/nonexistent', GIT_ALLOW_PROTOCOL: protocols.join(':') || 'none' };
  return async (args, { access, ...run }) => {
    try {
      const redact = (said: string): string => redactUrl(access?.hide(said) ?? said);
      return await exec('git', [...where, ...hardening, ...allowed, ...args], { ...run, env: { ...env, ...access?.env }, inherit: inherited, redact });
    } catch (error) {
      throw error instanceof ExecError ? toSourceError(error) : error;
    }
  };
}

/** Git has one exit code for everything, so what it says has to be read. What is not recognised may heal by itself. */
const meanings: readonly (readonly [SourceErrorKind, RegExp])[] = [
  ['denied', /host key verification failed|load key .*(invalid format|error in libcrypto|incorrect passphrase)/i],
  ['denied', /authentication failed|could not read (username|password)|terminal prompts disabled|returned error: 40[13]|permission denied|dubious ownership|access denied/i],
  ['absent', /repository .*not found|returned error: 404|does not appear to be a git repository|does not exist|couldn't find remote ref|not our ref|no such remote ref|upload-pack: not our ref|does not allow request for unadvertised object|want [0-9a-f]{40,64} not valid/i],
  ['invalid', /returned error: 30[1278]|unable to update url base from redirection/i],
  ['unsupported', /transport '.*' not allowed/i],
];

function toSourceError(error: ExecError): SourceError {
  const said = lastWords(error.stderr);
  if (error.kind === 'missing') return new SourceError('unavailable', 'git is not installed or not in PATH');
  if (error.kind === 'timeout') return new SourceError('unavailable', 'git did not finish in time', { cause: error });
  if (error.kind === 'tooLarge') return new SourceError('tooLarge', 'the repository is larger than allowed', { cause: error });
  const kind = meanings.find(([, pattern]) => pattern.test(error.stderr))?.[0] ?? 'unavailable';
  return new SourceError(kind, said === '' ? 'git failed' : said, { cause: error });
}

/** The lines that say what went wrong, without git's advice. */
function lastWords(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim()).filter((line) => line !== '');
  // what ssh says stands without a word before it, and git only says then that it could not read
  const telling = lines.filter((line) => /^(fatal|error|remote):|^Load key|^Host key|^ssh: |Permission denied/i.test(line)).map((line) => line.replace(/^(fatal|error): /i, ''));
  return steady((telling.length > 0 ? telling : lines).slice(-2).join('; ')).slice(0, 500);
}

/** What says nothing of the failure itself. Whoever reports failures tells by their text whether one is new. */
const fleeting: readonly (readonly [RegExp, string])[] = [
  // who reports it names the repository, and others of the same server fail alike
  [/unable to access '[^']*': /gi, ''],
  [/ after \d+ (ms|milliseconds)\b/gi, ''],
  [/ with \d+( out of -?\d+)? bytes received/gi, ''],
  [/ with \d+ bytes remaining to read/gi, ' before its end'],
  [/\d+ (bytes of body are still expected)/gi, '$1'],
];

function steady(said: string): string {
  return fleeting.reduce((text, [pattern, instead]) => text.replaceAll(pattern, instead), said);
}
