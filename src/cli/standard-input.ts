import { readFileSync } from 'node:fs';

/**
 * All of standard input. It is read as a file, which is there at once: what Node makes of standard input takes a part of a command's start.
 * A pipe that somebody has set to not wait is read as a stream.
 */
export async function readStandardInput(): Promise<Uint8Array> {
  try {
    return readFileSync(0);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'EAGAIN') throw error;
    const chunks: Uint8Array[] = [];
    for await (const chunk of process.stdin) if (chunk instanceof Uint8Array) chunks.push(chunk);
    return Buffer.concat(chunks);
  }
}
