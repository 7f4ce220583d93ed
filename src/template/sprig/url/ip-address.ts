import { quote } from '../../format/quote.ts';

/**
 * What is wrong with what stands in the brackets of a URL, which must be an IPv6 address, perhaps with a zone; in the words of Go.
 * @returns undefined where nothing is
 */
export function ipLiteralProblem(address: string): string | undefined {
  const first = /[.:%]/.exec(address)?.[0];
  const explained = first === '.' ? ipv4Problem(address) : problemOf(address, first);
  if (explained === undefined) return first === '.' ? 'invalid IP-literal' : undefined;
  const [problem, at = ''] = explained;
  return `invalid host: ParseAddr(${quote(address)}): ${problem}${at === '' ? '' : ` (at ${quote(at)})`}`;
}

/** What is wrong, and the rest of the address from there. */
type Problem = readonly [problem: string, at?: string];

function problemOf(text: string, first: string | undefined): Problem | undefined {
  if (first !== ':') return [first === '%' ? 'missing IPv6 address' : 'unable to parse IP'];
  const percent = text.indexOf('%');
  if (percent === text.length - 1) return ['zone must be a non-empty string'];
  return groupsProblem(percent < 0 ? text : text.slice(0, percent));
}

function groupsProblem(text: string): Problem | undefined {
  let rest = text;
  let hasEllipsis = rest.startsWith('::');
  if (hasEllipsis) rest = rest.slice(2);
  let count = 0;
  while (rest !== '' && count < 8) {
    const [digits] = /^[0-9A-Fa-f]*/.exec(rest) ?? [''];
    if (digits.length > 4) return ['each group must have 4 or less digits', rest];
    if (digits === '') return ['each colon-separated field must have at least one digit', rest];
    if (rest[digits.length] === '.') {
      const problem = embeddedProblem(rest, count, hasEllipsis);
      if (problem !== undefined) return problem;
      count += 2;
      rest = '';
      break;
    }
    count += 1;
    rest = rest.slice(digits.length);
    if (rest === '') break;
    if (rest[0] !== ':') return ['unexpected character, want colon', rest];
    if (rest.length === 1) return ['colon must be followed by more characters', rest];
    rest = rest.slice(1);
    if (rest[0] !== ':') continue;
    if (hasEllipsis) return ['multiple :: in address', rest];
    hasEllipsis = true;
    rest = rest.slice(1);
  }
  if (rest !== '') return ['trailing garbage after address', rest];
  if (count < 8) return hasEllipsis ? undefined : ['address string too short'];
  return hasEllipsis ? ['the :: must expand to at least one field of zeros'] : undefined;
}

/** An IPv4 address in place of the last two groups. */
function embeddedProblem(text: string, count: number, hasEllipsis: boolean): Problem | undefined {
  if (!hasEllipsis && count !== 6) return ['embedded IPv4 address must replace the final 2 fields of the address', text];
  if (count > 6) return ['too many hex fields to fit an embedded IPv4 at the end of the address', text];
  return ipv4Problem(text);
}

function ipv4Problem(text: string): Problem | undefined {
  let digits = '';
  let dots = 0;
  for (let index = 0; index < text.length; index += 1) {
    const char = text.charAt(index);
    if (/[0-9]/.test(char)) {
      if (digits === '0') return ['IPv4 field has octet with leading zero'];
      digits += char;
      if (Number(digits) > 255) return ['IPv4 field has value >255'];
      continue;
    }
    if (char !== '.') return ['unexpected character', text.slice(index)];
    if (digits === '' || index === text.length - 1) return ['IPv4 field must have at least one digit', text.slice(index)];
    if (dots === 3) return ['IPv4 address too long'];
    dots += 1;
    digits = '';
  }
  return dots < 3 ? ['IPv4 address too short'] : undefined;
}
