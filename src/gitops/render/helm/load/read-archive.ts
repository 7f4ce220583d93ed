import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { ChartFile } from '../chart.ts';
import { ChartError } from './chart-error.ts';
import type { ChartBudget } from './chart-limits.ts';
import { readTar } from './tar-reader.ts';

/**
 * The files of a packaged chart, without the folder that they all lie in. It is unpacked as a stream, and read no further than the budget
 * goes: what a few bytes would blow up to is never held.
 * @throws ChartError for what is no such archive; for paths that are absolute or lead out of the chart; for links and devices; beyond the
 * budget
 */
export async function readChartArchive(archive: Uint8Array, budget: ChartBudget): Promise<readonly ChartFile[]> {
  const unzipped = createGunzip();
  const source = Readable.from([archive], { objectMode: false });
  source.pipe(unzipped);
  const files: ChartFile[] = [];
  try {
    for await (const { name, data } of readTar(unzipped, budget)) files.push({ name: chartPath(name), data: withoutByteOrderMark(data) });
  } catch (error) {
    if (error instanceof ChartError) throw error;
    throw new ChartError('the archive is not gzipped, or is damaged', { cause: error });
  } finally {
    source.destroy();
    unzipped.destroy();
  }
  if (files.length === 0) throw new ChartError('the archive holds no files');
  return files;
}

/** The path of an entry below the folder of the chart. Archives made on Windows have backslashes. */
function chartPath(name: string): string {
  if (name.includes('\0')) throw new ChartError('the archive has a malformed path');
  const separator = name.includes('\\') ? '\\' : '/';
  const [first, ...rest] = name.split(separator);
  const path = rest.join('/');
  if (path.startsWith('/')) throw new ChartError('the archive has an absolute path');
  const steps: string[] = [];
  for (const step of path.split('/')) {
    if (step === '..' && steps.length > 0 && steps.at(-1) !== '..') steps.pop();
    else if (step !== '' && step !== '.') steps.push(step);
  }
  const clean = steps.join('/');
  if (first === 'Chart.yaml' || clean === '') throw new ChartError(`the archive has a file that lies in no folder: ${name}`);
  // Helm looks at the first two characters, and so refuses `..data` as well
  if (clean.startsWith('..')) throw new ChartError('the archive has a path that leads out of the chart');
  if (/^[a-zA-Z]:\//.test(clean)) throw new ChartError('the archive has a path with a drive letter');
  return clean;
}

/** UTF-8 files made on Windows may begin with a mark that is no part of them. */
export function withoutByteOrderMark(data: Uint8Array): Uint8Array {
  return data[0] === 0xef && data[1] === 0xbb && data[2] === 0xbf ? data.subarray(3) : data;
}
