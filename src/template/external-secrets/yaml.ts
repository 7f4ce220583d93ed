import type { FunctionMap } from '../value/go-function.ts';
import { any, dictionary, meteredFunction, text } from '../value/go-function.ts';
import { fromYaml, toYaml } from '../yaml/yaml-functions.ts';

/** External Secrets' functions for YAML. Neither fails. */
export const yaml: FunctionMap = new Map([
  ['toYaml', meteredFunction([any], text, ({ meter }, value) => toYaml(value, meter))],
  ['fromYaml', meteredFunction([text], dictionary, ({ meter }, yaml) => fromYaml(yaml, meter))],
]);
