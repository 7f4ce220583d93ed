/** Whether each underscore of a number stands between digits, or between the prefix of its base and a digit. */
export function underscoresAreFine(text: string): boolean {
  const unsigned = text.startsWith('+') || text.startsWith('-') ? text.slice(1) : text;
  const prefix = /^0[box]/i.exec(unsigned)?.[0] ?? '';
  const digits = prefix.toLowerCase() === '0x' ? '0123456789abcdefABCDEF' : '0123456789';
  // what came before: a digit (the prefix counts as one), an underscore, or anything else
  let before: 'digit' | 'underscore' | 'other' = prefix === '' ? 'other' : 'digit';
  for (let index = prefix.length; index < unsigned.length; index += 1) {
    const char = unsigned.charAt(index);
    if (digits.includes(char)) {
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
