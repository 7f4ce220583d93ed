import { z } from 'zod';

/** What the connection itself says: another word for it is a way to smuggle a second request past a proxy, or to reach another host behind it. */
const reserved: ReadonlySet<string> = new Set(['host', 'content-length', 'transfer-encoding', 'connection', 'keep-alive', 'upgrade', 'expect', 'te', 'trailer', 'proxy-connection', 'proxy-authorization']);

/**
 * A field with headers of requests, by name.
 * @param refused what an adapter says itself, by names in lower case: why it is none of these headers
 */
export function headersField(refused: Readonly<Record<string, string>> = {}) {
  return z.record(z.string(), z.string()).superRefine((written, context) => {
    for (const name of Object.keys(written)) {
      const message = faultOf(name, refused);
      if (message !== undefined) context.addIssue({ code: 'custom', path: [name], message });
    }
  });
}

function faultOf(name: string, refused: Readonly<Record<string, string>>): string | undefined {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) return 'is no name of a header';
  const lower = name.toLowerCase();
  if (reserved.has(lower)) return 'is said by the connection itself; remove it';
  return Object.hasOwn(refused, lower) ? refused[lower] : undefined;
}
