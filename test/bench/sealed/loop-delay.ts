import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

/*
 * Loaded before a program that is measured: notes by how many milliseconds its event loop is late, two hundred times a second, and writes
 * that to LOOP_DELAY_FILE as the program ends, as pairs: when, in milliseconds since the epoch, and by how much.
 */
const file = process.env['LOOP_DELAY_FILE'];
const every = 5;

if (isMainThread && file !== undefined) {
  const late: (readonly [number, number])[] = [];
  let due = performance.now() + every;
  setInterval(() => {
    const now = performance.now();
    late.push([Date.now(), Math.max(0, now - due)]);
    due = now + every;
  }, every).unref();
  process.on('exit', () => writeFileSync(file, JSON.stringify(late)));
}
