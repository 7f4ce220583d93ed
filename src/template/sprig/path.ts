import type { FunctionMap } from '../value/go-function.ts';
import { bool, goFunction, meteredFunction, text } from '../value/go-function.ts';
import type { CallContext } from '../value/value.ts';

const functions = [
  ['base', goFunction([text], text, lastElement)],
  ['dir', meteredFunction([text], text, (context, path) => clean(context, path.slice(0, path.lastIndexOf('/') + 1)))],
  ['clean', meteredFunction([text], text, clean)],
  ['ext', goFunction([text], text, extension)],
  ['isAbs', goFunction([text], bool, (path) => path.startsWith('/'))],
] as const;

/** Functions on paths with slashes. Those of the operating system are the same: it is always a Unix. */
export const path: FunctionMap = new Map([...functions, ...functions.map(([name, call]) => [`os${name.charAt(0).toUpperCase()}${name.slice(1)}`, call] as const)]);

/** Go's path.Base. */
function lastElement(path: string): string {
  if (path === '') return '.';
  let end = path.length;
  while (end > 0 && path[end - 1] === '/') end -= 1;
  if (end === 0) return '/';
  return path.slice(path.lastIndexOf('/', end - 1) + 1, end);
}

/** Go's path.Ext: from the last dot of the last element. */
function extension(path: string): string {
  const dot = path.lastIndexOf('.');
  return dot > path.lastIndexOf('/') ? path.slice(dot) : '';
}

/** Go's path.Clean: the shortest path that means the same, judged by its text alone. */
export function clean(context: CallContext, path: string): string {
  const isRooted = path.startsWith('/');
  const kept: string[] = [];
  for (let start = 0, end = 0; end < path.length; start = end + 1) {
    const slash = path.indexOf('/', start);
    end = slash < 0 ? path.length : slash;
    context.meter.step(0.1);
    const element = path.slice(start, end);
    if (element === '' || element === '.') continue;
    context.meter.allocate(32);
    if (element !== '..') kept.push(element);
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    // above the root there is nothing
    else if (!isRooted) kept.push(element);
  }
  const cleaned = kept.join('/');
  if (isRooted) return `/${cleaned}`;
  return cleaned === '' ? '.' : cleaned;
}
