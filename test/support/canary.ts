import { randomInt } from 'node:crypto';

/** A value that exists nowhere else, so that wherever it is found, it has leaked. */
export interface Canary {
  /** What it was planted as. */
  readonly name: string;
  readonly bytes: Buffer;
  /** The bytes as text; lossy where they are none. */
  readonly text: string;
}

/** A place where a planted value, or a piece of one, stands. */
export interface Finding {
  readonly canary: string;
  readonly encoding: 'plain, URL-encoded or JSON-escaped' | 'base64' | 'hex';
  readonly place: string;
  /** What stands around it. */
  readonly context: string;
}

/** Values to plant, and the search for them. */
export interface Canaries {
  /**
   * A new value of at least 36 bytes: sixteen random letters and digits at its begin and at its end, and `middle` between them.
   * The same name is the same value.
   */
  readonly plant: (name: string, middle?: string | Uint8Array) => Canary;
  /** Looks for every value planted so far; answers one finding for each value and encoding. */
  readonly search: (place: string, content: string | Uint8Array) => readonly Finding[];
}

/** Characters that URLs, JSON, HTML and shells write otherwise, and one that UTF-8 writes in two bytes. */
const specials = '"\\/ +%<&é\n';
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const half = 16;
/** Eight letters and digits are met by chance once in 10^14 places; parsers that quote their input show ten characters. */
const windowSize = 8;

interface Needle {
  readonly text: string;
  readonly canary: string;
  readonly encoding: Finding['encoding'];
}

export function createCanaries(): Canaries {
  const planted = new Map<string, Canary>();
  // by their first characters
  const needles = new Map<string, Needle[]>();

  function remember(name: string, letters: string): void {
    for (let at = 0; at + windowSize <= letters.length; at += 1) {
      for (const needle of needlesOf(name, Buffer.from(letters.slice(at, at + windowSize)))) {
        const head = needle.text.slice(0, windowSize);
        const same = needles.get(head) ?? [];
        needles.set(head, same);
        same.push(needle);
      }
    }
  }

  return {
    plant: (name, middle = specials) => {
      const known = planted.get(name);
      if (known !== undefined) return known;
      const [first, last] = [randomLetters(half), randomLetters(half)];
      const bytes = Buffer.concat([Buffer.from(first), Buffer.from(middle), Buffer.from(last)]);
      const canary = { name, bytes, text: bytes.toString('utf8') };
      planted.set(name, canary);
      remember(name, first);
      remember(name, last);
      return canary;
    },
    search: (place, content) => {
      // bytes as characters, so that nothing is lost where they are no text
      const text = (typeof content === 'string' ? Buffer.from(content) : Buffer.from(content.buffer, content.byteOffset, content.byteLength)).toString('latin1');
      const found = new Map<string, Finding>();
      for (let at = 0; at + windowSize <= text.length; at += 1) {
        for (const needle of needles.get(text.slice(at, at + windowSize)) ?? []) {
          const { canary, encoding } = needle;
          if (!text.startsWith(needle.text, at) || found.has(`${canary} ${encoding}`)) continue;
          found.set(`${canary} ${encoding}`, { canary, encoding, place, context: text.slice(Math.max(0, at - 80), at + 80) });
        }
      }
      return [...found.values()];
    },
  };
}

/**
 * Every shape of a piece of letters and digits. URL-encoding and JSON leave letters and digits as they are; base64 depends on
 * where in a triple of bytes the piece begins, and its outermost characters on what stands beside it.
 */
function needlesOf(canary: string, piece: Buffer): readonly Needle[] {
  const base64 = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), piece]).toString('base64url');
    return encoded.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + piece.length) * 8) / 6));
  });
  const hex = piece.toString('hex');
  return [
    { text: piece.toString('latin1'), canary, encoding: 'plain, URL-encoded or JSON-escaped' },
    ...base64.map((text) => ({ text, canary, encoding: 'base64' as const })),
    ...[...new Set([hex, hex.toUpperCase()])].map((text) => ({ text, canary, encoding: 'hex' as const })),
  ];
}

function randomLetters(length: number): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
}
