/** Why a cluster cannot be bootstrapped as asked, and what to do. The message holds no credential. */
export class BootstrapError extends Error {
  override readonly name = 'BootstrapError';
}
