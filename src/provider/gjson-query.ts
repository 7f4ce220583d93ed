import type { ArrayQuery, QueryOperator } from './gjson-path.ts';
import { decodeJsonString } from './json-text.ts';
import { matchesWildcard } from './wildcard.ts';

type Test = NonNullable<ArrayQuery['test']>;

/**
 * Whether what a query's path found (raw JSON, or undefined for nothing) passes its test.
 * Values of different types compare as gjson has it: a number with the number the text stands for, or with 0.
 */
export function passesTest(found: string | undefined, test: Test | undefined): boolean {
  if (test === undefined) return found !== undefined;
  if (test.value.startsWith('~')) return passesLoosely(found, test);
  if (found === undefined) return false;
  if (found.startsWith('"')) return compareText(decodeJsonString(found), test.operator, test.value);
  if (found === 'true' || found === 'false') return compareBoolean(found === 'true', test);
  if (/^[-\d]/.test(found)) return compareOrder(Number(found) - numberOf(test.value), test.operator);
  // null, objects and arrays compare with nothing
  return false;
}

/** `~true`, `~false`, `~null` and `~*` ask what a value amounts to instead of what it is. */
function passesLoosely(found: string | undefined, { operator, value }: Test): boolean {
  const amounts: Readonly<Record<string, (raw: string | undefined) => boolean>> = {
    '~*': (raw) => raw !== undefined,
    '~null': (raw) => raw === undefined || raw === 'null',
    '~true': (raw) => truth(raw) === true,
    '~false': (raw) => truth(raw) === false,
  };
  const asks = Object.hasOwn(amounts, value) ? amounts[value] : undefined;
  return asks !== undefined && compareBoolean(asks(found), { operator, value: 'true' });
}

/** What a value amounts to, or undefined where it is neither. */
function truth(raw: string | undefined): boolean | undefined {
  if (raw === undefined || raw === 'null' || raw === 'false') return false;
  if (raw === 'true') return true;
  if (/^[-\d]/.test(raw)) return Number(raw) !== 0;
  if (!raw.startsWith('"')) return undefined;
  const word = decodeJsonString(raw).toLowerCase();
  if (['1', 't', 'true'].includes(word)) return true;
  return ['0', 'f', 'false'].includes(word) ? false : undefined;
}

function numberOf(text: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : 0;
}

function compareText(text: string, operator: QueryOperator, value: string): boolean {
  if (operator === '%') return matchesWildcard(text, value);
  if (operator === '!%') return !matchesWildcard(text, value);
  // by bytes of UTF-8, as Go does; UTF-16 would order some characters differently
  return compareOrder(Buffer.compare(Buffer.from(text), Buffer.from(value)), operator);
}

function compareBoolean(found: boolean, { operator, value }: Test): boolean {
  if (operator === '=') return value === String(found);
  if (operator === '!=') return value !== String(found);
  if (operator === (found ? '>=' : '<=')) return true;
  return operator === (found ? '>' : '<') && value === String(!found);
}

function compareOrder(order: number, operator: QueryOperator): boolean {
  switch (operator) {
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    default:
      return false;
  }
}
