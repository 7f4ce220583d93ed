import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createGitRemote, type GitRemote } from '../../../test/support/git-remote.ts';
import { type Blob, createBlobReader } from './blob-reader.ts';
import { createGit, type Git } from './git-command.ts';
import { defaultTreeLimits } from './tree-limits.ts';

const { signal } = new AbortController();
let remote: GitRemote;

beforeEach(async () => {
  remote = await createGitRemote();
});

afterEach(() => remote.close());

/** Files of a real repository, a reader of them, and how many blobs each of its processes was asked for. */
async function open(contents: readonly string[]): Promise<{ readonly blobs: readonly Blob[]; readonly read: ReturnType<typeof createBlobReader>; readonly asked: readonly number[] }> {
  for (const [index, content] of contents.entries()) await remote.write(`${index}.txt`, content);
  await remote.push('files');
  const listing = await remote.git('ls-tree', '-l', 'HEAD');
  const blobs = listing.split('\n').map((line): Blob => {
    const [, , oid = '', size = '', path = ''] = line.split(/\s+/);
    return { path, oid, size: Number(size) };
  });
  const git = createGit(fileURLToPath(remote.url), []);
  const asked: number[] = [];
  const counted: Git = (args, run) => {
    asked.push(String(run.stdin).trim().split('\n').length);
    return git(args, run);
  };
  return { blobs, asked, read: createBlobReader(counted, { ...defaultTreeLimits, fileBytes: 1_000 }) };
}

it('answers what is asked for in one turn by one process, and by a second one all that is asked for while that runs', async () => {
  const { blobs, read, asked } = await open(Array.from({ length: 9 }, (_, index) => `file ${index}`));
  const first = blobs.slice(0, 3).map((blob) => read(blob, signal));
  await Promise.resolve();
  await Promise.resolve();
  // others ask, each by itself
  const later = blobs.slice(3).map((blob) => read(blob, new AbortController().signal));

  const contents = await Promise.all([...first, ...later]);

  expect(contents.map((content) => Buffer.from(content).toString())).toEqual(blobs.map(({ path }) => `file ${path.replace('.txt', '')}`));
  expect(asked).toEqual([3, 6]);
});

it('lets go of who gives up at once, and reads on for the others', async () => {
  const { blobs: [blob], read } = await open(['kept']);
  if (blob === undefined) throw new Error('there is a file');
  const impatient = new AbortController();
  const refused = expect(read(blob, impatient.signal)).rejects.toThrow('enough');
  const other = read(blob, signal);

  impatient.abort(new Error('enough'));

  await refused;
  expect(Buffer.from(await other).toString()).toBe('kept');
  await expect(read(blob, impatient.signal)).rejects.toThrow('enough');
});

it('refuses a file that is too large, and says of one that is gone that it cannot be read, now and when it is asked again', async () => {
  const { blobs, read } = await open(['x'.repeat(1_001), 'small']);
  const [large, small] = blobs;
  if (large === undefined || small === undefined) throw new Error('there are two files');
  const gone = { ...small, oid: '0'.repeat(40) };

  await expect(read(large, signal)).rejects.toThrow('larger than 1000 bytes');
  for (let tries = 0; tries < 2; tries += 1) await expect(read(gone, signal)).rejects.toThrow('1.txt cannot be read from the local copy');
  expect(Buffer.from(await read(small, signal)).toString()).toBe('small');
});
