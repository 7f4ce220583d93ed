import { availableParallelism } from 'node:os';
import { ignoreClosedPipe } from './ignore-closed-pipe.ts';
import type { Io } from './io.ts';
import { letGo } from './let-go.ts';
import { program } from './program.ts';
import { readStandardInput } from './standard-input.ts';
import { widenThreadPool } from './widen-thread-pool.ts';

widenThreadPool(process.env, availableParallelism());
ignoreClosedPipe(process.stdout, process.stderr);

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  // the first asks to drain; the second is the system's own, which ends the process at once
  process.once(name, () => stop.abort(new DOMException(`stopped by ${name}`, 'AbortError')));
}

const io: Io = { out: process.stdout, err: process.stderr, isTerminal: process.stdout.isTTY, columns: process.stdout.columns ?? 100, env: process.env, stdin: readStandardInput };
process.exitCode = await letGo(() => program(process.argv.slice(2), io, stop.signal), stop.signal);
