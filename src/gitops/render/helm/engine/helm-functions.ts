import { sprigFunctions } from '../../../../template/sprig-functions.ts';
import type { FunctionMap } from '../../../../template/value/go-function.ts';
import { constantFunction, text } from '../../../../template/value/go-function.ts';
import { durationFunctions } from './duration-functions.ts';
import { jsonFunctions } from './json-functions.ts';
import { tomlFunctions } from './toml-functions.ts';
import { yamlFunctions } from './yaml-functions.ts';

/** Asks no name server: Helm answers nothing as well, unless it is told to. */
const network: FunctionMap = new Map([['getHostByName', constantFunction([text], text, () => '')]]);

/**
 * All that charts may call, save what depends on the render (see render-functions.ts): Go's builtins, sprig without the environment, and
 * Helm's own functions. Later ones win.
 */
export const helmFunctions: FunctionMap = new Map([sprigFunctions, yamlFunctions, jsonFunctions, tomlFunctions, durationFunctions, network].flatMap((map) => [...map]));
