/** Whether each underscore of a number stands between digits, or between the prefix of its base and a digit. */
export function underscoresAreFine(text: string): boolean {
  const unsigned = text.startsWith('+') || text.startsWith('-') ? text.slice(1) : text;
  const prefix = /^0[box]/i.exec(unsigned)?.[0] ?? '';
  const digit = prefix.toLowerCase() === '0x' ? /[0-9a-f]/i : /[0-9]/;
  // what came before: a digit (the prefix counts as one), an underscore, or anything else
  let before: 'digit' | 'underscore' | 'other' = prefix === '' ? 'other' : 'digit';
  for (const char of unsigned.slice(prefix.length)) {
    if (digit.test(char)) {
      before = 'digit';
    } else if (char === '_') {
      if (before !== 'digit') return false;
      before = 'underscore';
    } else {
      if (before === 'underscore') return false;
      before = 'other';
    }
  }
  return before !== 'underscore';
}
