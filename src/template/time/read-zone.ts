import type { OffsetElement } from './layout.ts';

type OffsetProblem = 'bad' | `time zone offset ${'hour' | 'minute' | 'second'}`;

/** A sign and two digits each, with or without colons. */
const shapes = {
  '07': /^[^]([^]{2})/,
  '0700': /^[^]([^]{2})([^]{2})/,
  '070000': /^[^]([^]{2})([^]{2})([^]{2})/,
  '07:00': /^[^]([^]{2}):([^]{2})/,
  '07:00:00': /^[^]([^]{2}):([^]{2}):([^]{2})/,
};

/** Reads a numeric offset of one of Go's shapes, in seconds. Go takes offsets of 24 hours, 60 minutes and 60 seconds, too. */
export function readOffset(text: string, element: OffsetElement): { readonly offset: number; readonly length: number } | OffsetProblem {
  const match = shapeOf(element).exec(text);
  if (match === null) return 'bad';
  const parts: number[] = [];
  for (const digits of match.slice(1)) {
    // what follows a part that is no number is not looked at
    if (!/^[0-9]{2}$/.test(digits)) return rangeProblem(parts) ?? 'bad';
    parts.push(Number(digits));
  }
  const problem = rangeProblem(parts);
  if (problem !== undefined) return problem;
  const [hours = 0, minutes = 0, seconds = 0] = parts;
  const offset = (hours * 60 + minutes) * 60 + seconds;
  const sign = text.charAt(0);
  if (sign !== '+' && sign !== '-') return 'bad';
  return { offset: sign === '-' ? -offset : offset, length: match[0].length };
}

function shapeOf(element: OffsetElement): RegExp {
  switch (element) {
    case 'Z07':
    case '-07':
      return shapes['07'];
    case 'Z0700':
    case '-0700':
      return shapes['0700'];
    case 'Z070000':
    case '-070000':
      return shapes['070000'];
    case 'Z07:00':
    case '-07:00':
      return shapes['07:00'];
    case 'Z07:00:00':
    case '-07:00:00':
      return shapes['07:00:00'];
  }
}

function rangeProblem([hours = 0, minutes = 0, seconds = 0]: readonly number[]): OffsetProblem | undefined {
  if (seconds > 60) return 'time zone offset second';
  if (minutes > 60) return 'time zone offset minute';
  return hours > 24 ? 'time zone offset hour' : undefined;
}

/** How much of a text looks like the abbreviation of a zone; 0 where nothing does. */
export function zoneLength(text: string): number {
  if (text.length < 3) return 0;
  if (/^(ChST|MeST)/.test(text)) return 4;
  if (text.startsWith('GMT')) return 3 + signedHoursLength(text.slice(3));
  if (/^[+-]/.test(text)) return signedHoursLength(text);
  const letters = /^[A-Z]{0,6}/.exec(text)?.[0] ?? '';
  if (letters.length === 3) return 3;
  if (letters.length === 4) return letters.endsWith('T') || letters === 'WITA' ? 4 : 0;
  return letters.length === 5 && letters.endsWith('T') ? 5 : 0;
}

/** A sign and hours up to 23. */
function signedHoursLength(text: string): number {
  const match = /^[+-]([0-9]+)/.exec(text);
  return match === null || Number(match[1]) > 23 ? 0 : match[0].length;
}
