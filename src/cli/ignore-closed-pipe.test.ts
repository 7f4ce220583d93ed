import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { ignoreClosedPipe } from './ignore-closed-pipe.ts';

it.each([['bin.ts', 'run'], ['kubeseal-bin.ts']])('%s says nothing of a reader that went away', async (file, ...command) => {
  const child = spawn(process.execPath, [join(import.meta.dirname, file), ...command, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);

  expect({ said, code }).toEqual({ said: '', code: 0 });
}, 30_000);

it('throws any other failure to print', () => {
  const stream = new EventEmitter();
  ignoreClosedPipe(stream);

  expect(() => stream.emit('error', Object.assign(new Error('no space left'), { code: 'ENOSPC' }))).toThrow('no space left');
});
