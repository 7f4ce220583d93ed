import type { SecretBytes } from '../lib/secret-bytes.ts';

/** What a Secret may hold in all: MaxSecretSize of the Kubernetes API. */
const largestSecret = 1024 * 1024;

/** Why the API server would refuse so much data, or undefined where it would not. */
export function sizeProblem(data: ReadonlyMap<string, SecretBytes>): string | undefined {
  const size = [...data.values()].reduce((sum, value) => sum + value.size, 0);
  return size > largestSecret ? `the values are ${size} bytes together, and a Secret holds at most ${largestSecret}` : undefined;
}
