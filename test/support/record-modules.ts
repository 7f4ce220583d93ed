import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

/**
 * Loaded with `--import` before a program: appends the URL of every module that the program loads, ESM and CommonJS,
 * to the file named by RECORD_MODULES.
 */
const file = process.env['RECORD_MODULES'];
if (file === undefined) throw new Error('RECORD_MODULES must name the file to write to');

registerHooks({
  load: (url, context, next) => {
    appendFileSync(file, `${url}\n`);
    return next(url, context);
  },
});
