import type { Meter, Value } from '../value/value.ts';
import { Printer } from './printer.ts';

/** fmt's `%v`; nil is `<nil>`. */
export function formatValue(value: Value, meter: Meter): string {
  if (typeof value === 'string') return value;
  const printer = new Printer(meter);
  printer.print(value, 'v');
  return printer.text;
}

/** fmt.Sprint: spaces stand between operands neither of which is a string. */
export function sprint(args: readonly Value[], meter: Meter): string {
  const printer = new Printer(meter);
  for (const [index, arg] of args.entries()) {
    const isBetweenOthers = index > 0 && !isString(arg) && !isString(args[index - 1]);
    if (isBetweenOthers) printer.write(' ');
    printer.print(arg, 'v');
  }
  return printer.text;
}

/** fmt.Sprintln: spaces stand between all operands, and a new line at the end. */
export function sprintln(args: readonly Value[], meter: Meter): string {
  const printer = new Printer(meter);
  for (const [index, arg] of args.entries()) {
    if (index > 0) printer.write(' ');
    printer.print(arg, 'v');
  }
  printer.write('\n');
  return printer.text;
}

function isString(value: Value): boolean {
  return typeof value === 'string';
}
