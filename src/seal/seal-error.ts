/** Something about sealed secrets, keys or certificates is wrong. The message says where and what to do, and quotes no key and no value. */
export class SealError extends Error {
  override readonly name = 'SealError';
}
