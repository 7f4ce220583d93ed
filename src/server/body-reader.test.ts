import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createBodyReader } from './body-reader.ts';

const never = new AbortController().signal;
const text = (body: Buffer): string => body.toString('utf8');
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function sent(...parts: readonly string[]): PassThrough {
  const stream = new PassThrough();
  for (const part of parts) stream.write(part);
  return stream;
}

describe('createBodyReader', () => {
  it('reads a body of many parts, and refuses one that is too large', async () => {
    const read = createBodyReader({ largest: 4, together: 100, atOnce: 2 });

    expect(await read(sent('ab', 'cd').end(), text, never)).toBe('abcd');
    expect(await read(sent('ab', 'cde').end(), text, never)).toBe('too large');
  });

  it('refuses what all bodies together have no room for, and takes it when one has been judged', async () => {
    const read = createBodyReader({ largest: 6, together: 10, atOnce: 5 });
    const slow = sent('123456');
    const first = read(slow, text, never);
    await turn();

    expect(await read(sent('12345').end(), text, never)).toBe('busy');
    slow.end();
    expect(await first).toBe('123456');
    expect(await read(sent('12345').end(), text, never)).toBe('12345');
  });

  it('gives the room of a body back that broke off, or could not be judged', async () => {
    const read = createBodyReader({ largest: 6, together: 6, atOnce: 1 });
    const broken = sent('123456');
    const first = read(broken, text, never);
    await turn();
    broken.destroy(new Error('gone'));

    await expect(first).rejects.toThrow('gone');
    const fails = (): never => {
      throw new Error('not judged');
    };
    await expect(read(sent('123456').end(), fails, never)).rejects.toThrow('not judged');
    expect(await read(sent('123456').end(), text, never)).toBe('123456');
  });

  it('leaves those beyond its number unread until it is their turn, and forgets those that go', async () => {
    const read = createBodyReader({ largest: 6, together: 100, atOnce: 1 });
    const slow = sent('1');
    const first = read(slow, text, never);
    const gone = new AbortController();
    const second = read(sent('2').end(), text, gone.signal);
    const third = read(sent('3').end(), text, never);
    let answered = false;
    void third.then(() => (answered = true));
    gone.abort(new Error('gone'));

    await expect(second).rejects.toThrow('gone');
    await turn();
    expect(answered).toBe(false);
    slow.end();
    expect(await Promise.all([first, third])).toEqual(['1', '3']);
  });
});
