/** Why a testnet's files cannot be made or changed: what is wrong, where, and what to do. */
export class TestnetError extends Error {
  override readonly name = 'TestnetError';
}
