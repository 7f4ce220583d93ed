import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { KubeError } from '../kube-error.ts';
import { hasCode } from './file-error.ts';

interface Holder {
  readonly pid: number;
  /** When the process started, in milliseconds since the epoch: tells it from a later one with the same pid. */
  readonly started: number;
}

/**
 * Takes a lock file, so that two processes never write to the same folder. A lock whose process is dead is taken over.
 * @returns the function that gives it back
 * @throws KubeError `unavailable`, naming the process that holds it
 */
export function lockFolder(file: string): () => void {
  const own = JSON.stringify({ pid: process.pid, started: performance.timeOrigin } satisfies Holder);
  if (!tryCreate(file, own)) {
    evict(file);
    if (!tryCreate(file, own)) throw inUse(file, readHolder(file));
  }
  return () => {
    if (readText(file) === own) rmSync(file, { force: true });
  };
}

/** Linked into place, so that nobody sees a lock without its holder. */
function tryCreate(file: string, content: string): boolean {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, content, { mode: 0o600 });
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    rmSync(draft);
  }
}

/** Moves a dead process's lock away. Of two that try at once, one moves it; what the other moves is checked and put back. */
function evict(file: string): void {
  const holder = readHolder(file);
  if (holder !== undefined && isAlive(holder)) throw inUse(file, holder);
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  const moved = readHolder(aside);
  const wrong = moved !== undefined && isAlive(moved);
  if (wrong) linkSync(aside, file);
  rmSync(aside);
  if (wrong) throw inUse(file, moved);
}

function isAlive({ pid, started }: Holder): boolean {
  // a container's processes get the same pids at every start
  if (pid === process.pid) return started === performance.timeOrigin;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else
    return !hasCode(error, 'ESRCH');
  }
}

function readHolder(file: string): Holder | undefined {
  const match = /^\{"pid":(\d+),"started":([\d.]+)\}$/.exec(readText(file) ?? '');
  return match === null ? undefined : { pid: Number(match[1]), started: Number(match[2]) };
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function inUse(file: string, holder: Holder | undefined): KubeError {
  const who = holder === undefined ? 'another process' : `process ${holder.pid}`;
  return new KubeError('unavailable', `the local cluster is in use by ${who}; stop it first, or remove ${file} if it is not a Prelude process`);
}
