/** What a part of a layout stands for. Names follow the reference time, as Go's documentation writes it. */
export type Element =
  | 'January'
  | 'Jan'
  | '1'
  | '01'
  | 'Monday'
  | 'Mon'
  | '2'
  | '_2'
  | '02'
  | '__2'
  | '002'
  | '15'
  | '3'
  | '03'
  | '4'
  | '04'
  | '5'
  | '05'
  | '2006'
  | '06'
  | 'PM'
  | 'pm'
  | 'MST'
  | OffsetElement
  | '.000'
  | '.999';

export type OffsetElement = (typeof offsets)[number];

const offsets = ['Z070000', 'Z07:00:00', 'Z0700', 'Z07:00', 'Z07', '-070000', '-07:00:00', '-0700', '-07:00', '-07'] as const;

/** Literal text, then an element unless the layout is at its end. */
interface Chunk {
  readonly literal: string;
  readonly element?: Element;
  /** The element as it stands in the layout. */
  readonly source: string;
  /** Where the next chunk begins. */
  readonly end: number;
}

/** What may begin with each character, the longest first where one is the beginning of another. */
const candidates: ReadonlyMap<string, readonly Element[]> = new Map<string, readonly Element[]>([
  ['J', ['January', 'Jan']],
  ['M', ['Monday', 'Mon', 'MST']],
  ['0', ['01', '02', '03', '04', '05', '06', '002']],
  ['1', ['15', '1']],
  ['2', ['2006', '2']],
  ['_', ['_2', '__2']],
  ['3', ['3']],
  ['4', ['4']],
  ['5', ['5']],
  ['P', ['PM']],
  ['p', ['pm']],
  ['-', offsets.filter((element) => element.startsWith('-'))],
  ['Z', offsets.filter((element) => element.startsWith('Z'))],
]);

/** The next element of a layout from an index on, and the text before it. */
export function nextChunk(layout: string, from: number): Chunk {
  for (let index = from; index < layout.length; index += 1) {
    // `_2006` is a literal underscore and a year
    if (layout.startsWith('_2006', index)) return chunk(layout, from, index + 1, '2006', 4);
    const element = candidates.get(layout.charAt(index))?.find((candidate) => stands(candidate, layout, index));
    if (element !== undefined) return chunk(layout, from, index, element, element.length);
    const fraction = fractionAt(layout, index);
    if (fraction !== undefined) return chunk(layout, from, index, fraction.element, fraction.size);
  }
  return { literal: layout.slice(from), source: '', end: layout.length };
}

function chunk(layout: string, from: number, index: number, element: Element, size: number): Chunk {
  return { literal: layout.slice(from, index), element, source: layout.slice(index, index + size), end: index + size };
}

function stands(element: Element, layout: string, index: number): boolean {
  if (!layout.startsWith(element, index)) return false;
  // `Month` is no Monday
  return (element !== 'Jan' && element !== 'Mon') || !/^[a-z]/.test(layout.charAt(index + 3));
}

/** A comma or period and zeros or nines, which no other digit follows. */
function fractionAt(layout: string, index: number): { readonly element: '.000' | '.999'; readonly size: number } | undefined {
  const separator = layout.charAt(index);
  const digit = layout.charAt(index + 1);
  if ((separator !== '.' && separator !== ',') || (digit !== '0' && digit !== '9')) return undefined;
  let end = index + 1;
  while (layout.charAt(end) === digit) end += 1;
  const isAlone = !/^[0-9]/.test(layout.charAt(end));
  return isAlone ? { element: digit === '0' ? '.000' : '.999', size: end - index } : undefined;
}

/** How many digits a fraction has. Go keeps that number in twelve bits. */
export function fractionDigits(source: string): number {
  return (source.length - 1) & 0xfff;
}

/** Whether the offset is printed as `Z` where it is none. */
export function isIsoOffset(element: OffsetElement): boolean {
  return element.startsWith('Z');
}

export function isOffset(element: Element): element is OffsetElement {
  return (offsets as readonly string[]).includes(element);
}
