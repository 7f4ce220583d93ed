import { SecretBytes } from './secret-bytes.ts';

const redacted = '[redacted]';

/** Bounds on what one log entry may hold: deeper, longer and wider things are cut and say so. */
const deepest = 6;
const longestText = 4096;
const mostEntries = 100;

/** Maps of this name are what Secrets and ConfigMaps keep their values in: the keys are shown, the values never. */
const valueMaps: ReadonlySet<string> = new Set(['data', 'stringData', 'binaryData']);

/** kubectl keeps the whole object in it, a Secret's data included. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** A text or bytes under such a name is a credential, whoever logs it. */
const credentialName =
  /^(authorization|cookie|set-cookie|password|passphrase|token|(access|secret|session|refresh|bearer|id)[-_]?token|secret[-_]?access[-_]?key|(private|api)[-_]?key|client[-_]?secret)$/i;

/**
 * A copy of `value` that is safe to print: plain JSON, bounded, and without secret values. SecretBytes and bytes, the
 * values of `data` maps (so of every Secret), and texts under credential names are replaced; errors keep what `redactError` keeps.
 */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return shorten(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return typeof value === 'function' || typeof value === 'symbol' ? undefined : value;
  if (value instanceof SecretBytes) return redacted;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (value instanceof Error) return redactError(value, depth);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof URL) return withoutCredentials(value);
  if (depth >= deepest) return '[too deep]';
  if (value instanceof Map || value instanceof Set) return `[${value.size} entries]`;
  return Array.isArray(value) ? redactList(value, depth) : redactRecord(value, depth);
}

function redactList(values: readonly unknown[], depth: number): readonly unknown[] {
  const kept = values.slice(0, mostEntries).map((item) => redact(item, depth + 1));
  return values.length > mostEntries ? [...kept, `[${values.length - mostEntries} more]`] : kept;
}

/** `redact` for an object whose own fields are wanted as they are named. */
export function redactRecord(record: object, depth = 0): Readonly<Record<string, unknown>> {
  const entries = Object.entries(record);
  const kept = entries.slice(0, mostEntries).map(([name, value]) => [name, redactField(name, value, depth)]);
  if (entries.length > mostEntries) kept.push(['[more]', entries.length - mostEntries]);
  // fromEntries defines own properties, so a field called __proto__ stays a field
  return Object.fromEntries(kept);
}

function redactField(name: string, value: unknown, depth: number): unknown {
  if (name === lastApplied) return redacted;
  if (credentialName.test(name) && (typeof value === 'string' || typeof value === 'object')) return redacted;
  if (valueMaps.has(name) && typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return Object.fromEntries(Object.keys(value).slice(0, mostEntries).map((key) => [key, redacted]));
  }
  return redact(value, depth + 1);
}

/**
 * What may be printed of an error: its name, message, `kind`, `code` and stack frames, and the same of its cause.
 * Other properties are left out, because clients hang requests, responses and bodies onto their errors; the messages of
 * the engine's parsers are left out too, because they quote what they could not read.
 */
export function redactError(error: Error, depth = 0): Readonly<Record<string, unknown>> {
  const kind = 'kind' in error && typeof error.kind === 'string' ? { kind: shorten(error.kind) } : {};
  const code = 'code' in error && typeof error.code === 'string' ? { code: shorten(error.code) } : {};
  const cause = error.cause instanceof Error && depth < deepest ? { cause: redactError(error.cause, depth + 1) } : {};
  return { name: error.name, message: safeMessage(error), ...kind, ...code, stack: frames(error), ...cause };
}

const withheld = '[withheld: it may quote its input]';

/** Messages of TypeErrors and DataCloneErrors that quote nothing; of the rest of such a message nothing is kept. */
const harmless = [
  /^Cannot (read|set) properties of (undefined|null)/,
  /^Cannot convert undefined or null to object$/,
  /^Cannot convert a Symbol value to a string$/,
  /^Cannot mix BigInt and other types, use explicit conversions$/,
  /^Do not know how to serialize a BigInt$/,
  /^Converting circular structure to JSON/,
  /^Assignment to constant variable\.$/,
  /^(undefined|null|object null) is not (iterable|a function)/,
  /^Reduce of empty array with no initial value$/,
  /^(fetch failed|terminated|Invalid URL)$/,
  /^#<\w+> could not be cloned\.$/,
  // Node's checks of arguments, up to what they were given
  /^The ("[\w.[\]]+" (argument|property)|(argument|property) '[\w.[\]]+') [^'"]*(?=Received )/,
  // this program's own
  /^(the evaluator passed |there is always a |only plain data has )[^]*/,
] as const;

/**
 * The engine's own errors quote the values they were given: JSON.parse, BigInt and RegExp in SyntaxErrors, operators, calls and
 * iteration in TypeErrors, `structuredClone` in DataCloneErrors, Node's argument checks after the word "Received".
 */
function safeMessage(error: Error): string {
  if (error instanceof SyntaxError || error.name === 'SyntaxError') return withheld;
  if (error instanceof TypeError || error.name === 'TypeError' || error.name === 'DataCloneError') {
    const kept = harmless.map((shape) => shape.exec(error.message)?.[0]).find((text) => text !== undefined);
    if (kept === undefined) return withheld;
    return kept === error.message ? shorten(kept) : `${shorten(kept.trimEnd())} [withheld]`;
  }
  const received = 'code' in error && typeof error.code === 'string' && error.code.startsWith('ERR_') ? error.message.indexOf('Received ') : -1;
  return shorten(received < 0 ? error.message : `${error.message.slice(0, received)}Received [withheld]`);
}

/** The frames alone: the head of `stack` repeats the message as it was when the error was made. */
function frames(error: Error): readonly string[] {
  const lines = typeof error.stack === 'string' ? error.stack.split('\n') : [];
  return lines
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 20)
    .map((line) => shorten(line.trim()));
}

function withoutCredentials(url: URL): string {
  const shown = new URL(url);
  if (shown.password !== '') shown.password = 'redacted';
  return shorten(shown.href);
}

function shorten(text: string): string {
  return text.length <= longestText ? text : `${text.slice(0, longestText)}[${text.length - longestText} more]`;
}
