/** One JSON value of a text, and the line that it begins on. */
export interface JsonPiece {
  readonly text: string;
  /** Where it begins in the whole. */
  readonly from: number;
  /** Counted from 1. */
  readonly line: number;
}

/**
 * Takes JSON objects that stand one after the other apart, as `kubectl get -o json` in a loop leaves them. What is inside is not looked at.
 * @returns undefined where the text does not begin like JSON, or does not end with a whole object: then it is for the YAML parser to
 * read, which says what is wrong
 */
export function splitJson(text: string): readonly JsonPiece[] | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  const pieces: JsonPiece[] = [];
  let [from, depth, line] = [-1, 0, 1];
  let began = line;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\\n]|\\.)*"|[{}\n]|[^\s{}"]+/g)) {
    if (token === '\n') line += 1;
    else if (token === '{') {
      if (depth === 0) [from, began] = [index, line];
      depth += 1;
    } else if (token === '}') {
      depth -= 1;
      if (depth < 0) return undefined;
      if (depth === 0) pieces.push({ text: text.slice(from, index + 1), from, line: began });
    } else if (depth === 0) return undefined;
  }
  return depth === 0 ? pieces : undefined;
}
