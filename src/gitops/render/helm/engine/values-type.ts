import { FunctionError } from '../../../../template/template-error.ts';
import { any, type Codec, dictionary, goFunction, meteredFunction, text } from '../../../../template/value/go-function.ts';
import { anyType, dict, mapOf } from '../../../../template/value/go-type.ts';
import type { GoFunction, GoType, Value } from '../../../../template/value/value.ts';
import { GoMap } from '../../../../template/value/value.ts';
import { encodeYaml } from '../../../../template/yaml/encode-yaml.ts';

/** Helm's type of values, which templates see at the top and in `.Values`: a map with methods. They hide keys of the same names. */
const valuesType: GoType = {
  kind: 'map',
  name: 'common.Values',
  elem: anyType,
  underlying: mapOf(anyType),
  methods: new Map([
    ['YAML', (values: Value): GoFunction => meteredFunction([], text, ({ meter }) => encodeYaml(values, meter))],
    ['Table', (values: Value): GoFunction => goFunction([text], helmValues, (path) => tableAt(values, path))],
    ['AsMap', (values: Value): GoFunction => goFunction([], dictionary, () => (values instanceof GoMap && values.entries.size > 0 ? new GoMap(mapOf(anyType), values.entries) : dict()))],
    ['PathValue', (values: Value): GoFunction => goFunction([text], any, (path) => valueAt(values, path))],
  ]),
};

const helmValues: Pick<Codec<GoMap>, 'write'> = { write: (value) => value };

/** The same entries as values of Helm's type: what changes one changes the other. */
export function asValues({ entries }: GoMap): GoMap {
  return new GoMap(valuesType, entries);
}

function tableAt(values: Value, path: string): GoMap {
  let table = values;
  for (const name of path.split('.')) table = tableIn(table, name);
  return asValues(table instanceof GoMap ? table : dict());
}

function tableIn(holder: Value, name: string): GoMap {
  const found = holder instanceof GoMap ? holder.entries.get(name) : undefined;
  if (!(found instanceof GoMap)) throw new FunctionError('there is no table of this name', `"${name}" is not a table`);
  return found;
}

/** What stands at a path and is no table. */
function valueAt(values: Value, path: string): Value {
  const missing = (): never => {
    throw new FunctionError('there is no value at this path', `"${path}" is not a value`);
  };
  if (path === '') throw new FunctionError('YAML path cannot be empty');
  const names = path.split('.');
  const holder = names.slice(0, -1).reduce<Value>((table, name) => (table instanceof GoMap ? table.entries.get(name) : undefined), values);
  const found = holder instanceof GoMap ? holder.entries.get(names.at(-1) ?? '') : undefined;
  return found === undefined || found instanceof GoMap ? missing() : found;
}
