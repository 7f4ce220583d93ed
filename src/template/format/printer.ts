import { fromBytes } from '../value/byte-string.ts';
import { checkDepth } from '../value/depth.ts';
import { typeName, typeOf } from '../value/go-type.ts';
import type { Meter, Value } from '../value/value.ts';
import { Func, GoMap, Int, Slice, Struct } from '../value/value.ts';
import type { Flags } from './flags.ts';
import { noFlags, pad } from './flags.ts';
import { floatText } from './float-verbs.ts';
import { hexText, integerText } from './integer-verbs.ts';
import { plainText, stringText } from './string-verbs.ts';

/** Stands for every address: Go's differ from run to run. */
const someAddress = 0xc000000000n;

/** The verbs for which String() and Error() count. */
const textVerbs: ReadonlySet<string> = new Set(['v', 's', 'x', 'X', 'q']);

/** Writes values as Go's fmt does, one after the other. Every byte is charged. */
export class Printer {
  readonly #meter: Meter;
  #text = '';
  #flags: Flags = noFlags;
  /** The value that a bad verb complains of, and fields that are not exported, are shown as they are. */
  #callsMethods = true;

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  get text(): string {
    return this.#text;
  }

  write(text: string): void {
    this.#meter.allocate(text.length);
    this.#text += text;
  }

  /** @param verb the bytes of one rune */
  print(value: Value, verb: string, flags: Flags = noFlags): void {
    this.#flags = flags;
    this.#meter.allocate(flags.width ?? 0);
    if (value === undefined) this.#printNil(verb);
    else if (verb === 'T') this.write(plainText(typeName(value), flags));
    else if (verb === 'w' && !isBytes(value)) this.#complain(value, verb);
    else if (verb === 'p') this.#printAddress(value, verb);
    else this.#printTop(value, verb);
  }

  #printNil(verb: string): void {
    this.write(verb === 'T' || verb === 'v' ? pad('<nil>', this.#flags) : `%!${verb}(<nil>)`);
  }

  #printTop(value: Value, verb: string): void {
    if (this.#printByMethod(value, verb)) return;
    // where it is not within another, Go calls the type by its alias
    if (isBytes(value) && this.#flags.sharpV === true && verb === 'v') this.#printSlice(value, verb, 0, '[]byte');
    else this.#printValue(value, verb, 0);
  }

  #printByMethod(value: Value, verb: string): boolean {
    if (!this.#callsMethods || !textVerbs.has(verb)) return false;
    const type = typeOf(value);
    const text = this.#flags.sharpV === true ? type?.goSyntax?.(value) : type?.text?.(value);
    if (text === undefined) return false;
    this.#write(this.#flags.sharpV === true ? plainText(text, this.#flags) : stringText(text, verb, this.#flags, this.#meter), value, verb);
    return true;
  }

  #printValue(value: Value, verb: string, depth: number): void {
    this.#meter.step();
    checkDepth(depth);
    if (depth > 0 && this.#printByMethod(value, verb)) return;
    if (value === undefined) this.write(this.#flags.sharpV === true ? 'interface {}(nil)' : '<nil>');
    else if (value instanceof Slice) this.#printSlice(value, verb, depth, value.type.name);
    else if (value instanceof GoMap) this.#printMap(value, verb, depth);
    else if (value instanceof Struct && (value.type.kind === 'struct' || depth === 0)) this.#printStruct(value, verb, depth);
    else if (value instanceof Struct || value instanceof Func) this.#printAddress(value, verb);
    else this.#printBasic(value, verb);
  }

  #printBasic(value: boolean | string | number | Int, verb: string): void {
    this.#meter.allocate(this.#flags.width ?? 0);
    if (typeof value === 'string') {
      this.#meter.step(value.length / 100);
      this.#write(stringText(value, verb, this.#flags, this.#meter), value, verb);
      return;
    }
    if (typeof value === 'boolean') {
      this.#write(verb === 't' || verb === 'v' ? pad(String(value), this.#flags) : undefined, value, verb);
      return;
    }
    this.#meter.allocate(this.#flags.precision ?? 0);
    const text = typeof value === 'number' ? floatText(value, verb, this.#flags) : integerText(value.value, !value.type.kind.startsWith('u'), verb, this.#flags);
    this.#write(text, value, verb);
  }

  #printSlice(value: Slice, verb: string, depth: number, name: string): void {
    if (isBytes(value) && verb !== 'v' && textVerbs.has(verb)) {
      this.#write(stringText(bytesOf(value), verb, this.#flags, this.#meter), value, verb);
      return;
    }
    const isSyntax = this.#flags.sharpV === true;
    if (isSyntax && value.isNil) {
      this.write(`${name}(nil)`);
      return;
    }
    this.write(isSyntax ? `${name}{` : '[');
    for (const [index, item] of value.items.entries()) {
      if (index > 0) this.write(isSyntax ? ', ' : ' ');
      this.#printValue(item, verb, depth + 1);
    }
    this.write(isSyntax ? '}' : ']');
  }

  #printMap(value: GoMap, verb: string, depth: number): void {
    const isSyntax = this.#flags.sharpV === true;
    if (isSyntax && value.isNil) {
      this.write(`${value.type.name}(nil)`);
      return;
    }
    this.#meter.step(value.entries.size);
    this.write(isSyntax ? `${value.type.name}{` : 'map[');
    for (const [index, key] of value.sortedKeys().entries()) {
      if (index > 0) this.write(isSyntax ? ', ' : ' ');
      this.#printValue(key, verb, depth + 1);
      this.write(':');
      this.#printValue(value.entries.get(key), verb, depth + 1);
    }
    this.write(isSyntax ? '}' : ']');
  }

  /** A struct, or a pointer to one where it is not within another value. */
  #printStruct(value: Struct, verb: string, depth: number): void {
    const isPointer = value.type.kind === 'ptr';
    const isSyntax = this.#flags.sharpV === true;
    const name = isPointer ? value.type.name.replace(/^\*/, '') : value.type.name;
    this.write(`${isPointer ? '&' : ''}${isSyntax ? name : ''}{`);
    this.#printFields(value.fields, verb, depth, true);
    const calledMethods = this.#callsMethods;
    this.#callsMethods = false;
    this.#printFields(value.hidden, verb, depth, value.fields.size === 0);
    this.#callsMethods = calledMethods;
    this.write('}');
  }

  #printFields(fields: ReadonlyMap<string, Value>, verb: string, depth: number, areFirst: boolean): void {
    const isSyntax = this.#flags.sharpV === true;
    for (const [index, [name, content]] of [...fields].entries()) {
      if (index > 0 || !areFirst) this.write(isSyntax ? ', ' : ' ');
      if (isSyntax || this.#flags.plusV === true) this.write(`${name}:`);
      this.#printValue(content, verb, depth + 1);
    }
  }

  #printAddress(value: Value, verb: string): void {
    const address = addressOf(value);
    if (address === undefined) this.#complain(value, verb);
    else if (verb === 'p' || (verb === 'v' && this.#flags.sharpV !== true)) this.write(hexText(address, this.#flags.sharp !== true, this.#flags));
    else if (verb === 'v') this.write(`(${typeName(value)})(${hexText(address, true, this.#flags)})`);
    else this.#write(['b', 'o', 'd', 'x', 'X'].includes(verb) ? integerText(address, false, verb, this.#flags) : undefined, value, verb);
  }

  /** Writes what a verb makes of a value, or that it is the wrong verb. */
  #write(text: string | undefined, value: Value, verb: string): void {
    if (text === undefined) this.#complain(value, verb);
    else this.write(text);
  }

  #complain(value: Value, verb: string): void {
    this.write(`%!${verb}(${typeName(value)}=`);
    const calledMethods = this.#callsMethods;
    this.#callsMethods = false;
    this.#printTop(value, 'v');
    this.#callsMethods = calledMethods;
    this.write(')');
  }
}

function isBytes(value: Value): value is Slice {
  return value instanceof Slice && value.type.elem?.kind === 'uint8';
}

function bytesOf(value: Slice): string {
  return fromBytes(Uint8Array.from(value.items, (item) => (item instanceof Int ? Number(item.value) : 0)));
}

/** Undefined for what is no reference. */
function addressOf(value: Value): bigint | undefined {
  if (value instanceof Slice || value instanceof GoMap) return value.isNil ? 0n : someAddress;
  return value instanceof Func || (value instanceof Struct && value.type.kind === 'ptr') ? someAddress : undefined;
}
