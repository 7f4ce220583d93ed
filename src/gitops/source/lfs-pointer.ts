/** How a pointer begins (the specification of Git LFS, "The Pointer"): this key comes first. */
const beginning = Buffer.from('version https://git-lfs.github.com/spec/');

/** What is said of one. Errors, because a file's content would be taken for what only tells where it is. */
export const lfsProblem = 'is a pointer of Git LFS, whose content is never fetched; commit the file itself';

/** Whether a file is only a pointer of Git LFS. Its content is on a server that a repository can name as it likes, so nobody asks there. */
export function isLfsPointer(content: Uint8Array): boolean {
  return content.length < 1_024 && beginning.equals(content.subarray(0, beginning.length));
}
