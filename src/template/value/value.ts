/**
 * Go's values, as templates see them. The dynamic type of each is exact, because templates can observe it (`typeOf`, `printf "%T"`,
 * which functions accept it); what cannot be observed is left out: pointers and addressability.
 *
 * - `undefined`: nil, and the absence of a value (`reflect.Value{}`), which templates cannot tell apart
 * - `boolean`: bool
 * - `string`: string. A **byte string**: each character is one byte (0 to 255), so that binary values survive and lengths,
 *   slices and comparisons are Go's. See byte-string.ts
 * - `number`: float64
 * - `Int`: every integer type, and named ones such as time.Duration
 * - `Slice`, `GoMap`: typed lists and maps with string keys
 * - `Struct`: structs and pointers to structs, with the fields and methods that Go exports
 * - `Func`: a function as a value
 */
export type Value = undefined | boolean | string | number | Int | Slice | GoMap | Struct | Func;

export type IntKind = 'int' | 'int8' | 'int16' | 'int32' | 'int64' | 'uint' | 'uint8' | 'uint16' | 'uint32' | 'uint64';
/** Go's reflect.Kind; `reflect` stands for functions that take a reflect.Value, and so anything. */
export type Kind = IntKind | 'bool' | 'string' | 'float64' | 'slice' | 'map' | 'struct' | 'ptr' | 'interface' | 'func' | 'reflect';

/** A type of Go. Types are interned: equal types are the same object. */
export interface GoType {
  readonly kind: Kind;
  /** As `%T` prints it, e.g. `map[string]interface {}`. */
  readonly name: string;
  /** Element type of slices and maps. */
  readonly elem?: GoType;
  /** Of a named type: the one without a name as which it may be passed, too. */
  readonly underlying?: GoType;
  /** Methods that templates may call, by name. Each answers the method bound to its receiver. */
  readonly methods?: ReadonlyMap<string, (receiver: Value) => GoFunction>;
  /** What String() or Error() answers: how the fmt verbs print it. */
  readonly text?: (receiver: Value) => string;
  /** How an action prints a value that has its String() by its address alone; the fmt verbs do not know of it. */
  readonly printed?: (receiver: Value) => string;
  /** What GoString() answers: how `%#v` prints it. */
  readonly goSyntax?: (receiver: Value) => string;
  /** What stands for the value in JSON and YAML, where MarshalJSON or MarshalText decides that. @throws FunctionError */
  readonly json?: (receiver: Value) => Value;
}

/** A function as templates call it. Arguments have been checked against `params` and `rest` before `call` sees them. */
export interface GoFunction {
  readonly params: readonly GoType[];
  /** Element type of a variadic last parameter. */
  readonly rest?: GoType;
  /** `and` and `or` alone: the evaluator does them, because they evaluate no more arguments than decide them. */
  readonly shortCircuit?: 'and' | 'or';
  /** @throws FunctionError where Go's function returns an error or panics, LimitError */
  readonly call: (args: readonly Value[], context: CallContext) => Value;
}

/** All that a function may know beyond its arguments. */
export interface CallContext {
  readonly meter: Meter;
  /** Nanoseconds since the epoch. */
  readonly now: () => bigint;
  /** That many random bytes, of a generator fit for keys. */
  readonly random: (size: number) => Uint8Array;
}

/** Counts what a render costs and ends it at its limits. Functions report before they work or allocate. */
export interface Meter {
  /** Work in units of about one evaluated node or a hundred bytes looked at. @throws LimitError */
  readonly step: (count?: number) => void;
  /** Bytes (or list entries, times sixteen) about to be allocated. @throws LimitError */
  readonly allocate: (bytes: number) => void;
}

export class Int {
  readonly type: GoType;
  readonly value: bigint;

  constructor(type: GoType, value: bigint) {
    this.type = type;
    this.value = value;
  }
}

export class Slice {
  readonly type: GoType;
  /** Go's slices are mutable too; only sortAlpha makes use of it. */
  readonly items: Value[];
  /** A nil slice prints as an empty one, but is `null` in JSON. */
  readonly isNil: boolean;

  constructor(type: GoType, items: Value[], isNil = false) {
    this.type = type;
    this.items = items;
    this.isNil = isNil;
  }
}

/** A map with string keys. Mutable, as Go's are: `set`, `unset` and `merge` change it in place. */
export class GoMap {
  readonly type: GoType;
  readonly entries: Map<string, Value>;
  readonly isNil: boolean;

  constructor(type: GoType, entries: Map<string, Value>, isNil = false) {
    this.type = type;
    this.entries = entries;
    this.isNil = isNil;
  }

  /** Keys in the order of their bytes: the order in which Go's templates and fmt walk a map. */
  sortedKeys(): string[] {
    // code units are bytes here, so the default order is Go's
    return [...this.entries.keys()].toSorted();
  }
}

export class Struct {
  /** Of kind `struct`, or of kind `ptr` for a pointer to one. */
  readonly type: GoType;
  /** Exported fields, in the order of their declaration. */
  readonly fields: ReadonlyMap<string, Value>;
  /** Fields that are not exported: templates cannot name them, but comparisons look at them, and fmt prints them after the others. */
  readonly hidden: ReadonlyMap<string, Value>;

  constructor(type: GoType, fields: ReadonlyMap<string, Value> = new Map(), hidden: ReadonlyMap<string, Value> = new Map()) {
    this.type = type;
    this.fields = fields;
    this.hidden = hidden;
  }
}

export class Func {
  readonly type: GoType;
  readonly target: GoFunction;

  constructor(type: GoType, target: GoFunction) {
    this.type = type;
    this.target = target;
  }
}
