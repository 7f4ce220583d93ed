import { isClosedConnection } from './errors.ts';

/** Sends once more where the connection, idle in the pool, turned out to have been closed by the other side. */
export async function reconnecting<T>(send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (thrown) {
    if (!isClosedConnection(thrown)) throw thrown;
    return send();
  }
}
