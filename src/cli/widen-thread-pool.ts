/** Threads that wait for disks and names of hosts rather than compute. */
const waiting = 12;

/**
 * Node's pool has four threads, whatever the machine: RSA would keep at most four cores busy, and files that are flushed and hosts that are
 * looked up would queue behind it. Gives it one for each core, and some that may wait. To be called before the pool is used first, because
 * it never grows; whoever has set UV_THREADPOOL_SIZE has decided already.
 */
export function widenThreadPool(env: NodeJS.ProcessEnv, cores: number): void {
  env['UV_THREADPOOL_SIZE'] ??= String(cores + waiting);
}
