import type { Meter } from '../value/value.ts';
import type { Evaluated } from './evaluated.ts';

/** The variables of one template invocation, innermost last. */
export class Scope {
  readonly #names: string[] = ['$'];
  readonly #values: Evaluated[];
  readonly #meter: Meter;

  constructor(dollar: Evaluated, meter: Meter) {
    this.#values = [dollar];
    this.#meter = meter;
  }

  /** How many there are; `pop` goes back to it. */
  get mark(): number {
    return this.#names.length;
  }

  push(name: string, value: Evaluated): void {
    this.#names.push(name);
    this.#values.push(value);
  }

  pop(mark: number): void {
    this.#names.length = mark;
    this.#values.length = mark;
  }

  /** Whether a variable exists. The parser sees to that, but for one that is assigned and never declared. */
  has(name: string): boolean {
    return this.#indexOf(name) >= 0;
  }

  get(name: string): Evaluated {
    return this.#values[this.#indexOf(name)];
  }

  set(name: string, value: Evaluated): void {
    this.#values[this.#indexOf(name)] = value;
  }

  /** Sets the variable that lies `depth` below the top, the topmost being 1. */
  setFromTop(depth: number, value: Evaluated): void {
    this.#values[this.#values.length - depth] = value;
  }

  #indexOf(name: string): number {
    const index = this.#names.lastIndexOf(name);
    this.#meter.step((this.#names.length - index) / 100);
    return index;
  }
}
