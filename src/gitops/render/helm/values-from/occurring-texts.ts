/** Characters that are looked at together; texts that are shorter are rarely asked for. */
const gramLength = 4;
/** A power of two: one byte for each number that four characters are made to. */
const slots = 1 << 22;

/**
 * Those of many texts that stand in at least one of others, each once; a few more may be among them. Each text costs its own length, not that
 * of all that it is searched in: what four characters of it are made to must have been met there.
 */
export function occurringTexts(texts: Iterable<string>, within: readonly string[]): readonly string[] {
  const all = within.join('\n');
  const met = new Uint8Array(slots);
  for (let at = 0; at + gramLength <= all.length; at += 1) met[gramAt(all, at)] = 1;
  return [...new Set(texts)].filter((text) => text !== '' && mayOccur(text, met) && all.includes(text));
}

function mayOccur(text: string, met: Uint8Array): boolean {
  for (let at = 0; at + gramLength <= text.length; at += 1) if (met[gramAt(text, at)] === 0) return false;
  return true;
}

function gramAt(text: string, at: number): number {
  let gram = 0;
  for (let index = at; index < at + gramLength; index += 1) gram = Math.imul(gram, 0x01_00_01_93) ^ text.charCodeAt(index);
  return (gram ^ (gram >>> 15)) & (slots - 1);
}
