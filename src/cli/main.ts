#!/usr/bin/env node
import { program } from './program.ts';

/** Exit codes: 0 done, 1 refused or failed, 2 bad usage. */
process.exitCode = await program(process.argv.slice(2), {
  out: process.stdout,
  err: process.stderr,
  isTerminal: process.stdout.isTTY === true,
  columns: process.stdout.columns ?? 100,
  env: process.env,
});
