import { splitJson } from './json-stream.ts';
import type { Manifest } from './manifest.ts';

/**
 * Reads JSON objects without what it takes to read YAML, which costs a command a part of its start.
 * @returns undefined for what is no whole JSON, and for Lists: those are for `readManifests`, which also says what is wrong
 */
export function readJsonManifests(text: string, where: string): readonly Manifest[] | undefined {
  try {
    return splitJson(text)?.map((piece, document) => {
      const value: unknown = JSON.parse(piece.text);
      if (typeof value === 'object' && value !== null && 'items' in value) throw new SyntaxError('a list');
      return { value, where, lineOf: () => piece.line, document, path: [] };
    });
  } catch {
    // what the engine says of it quotes it
    return undefined;
  }
}
