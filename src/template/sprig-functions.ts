import { dataFunctions } from './builtin/data.ts';
import { logicFunctions } from './builtin/logic.ts';
import { textFunctions } from './builtin/text.ts';
import { aes } from './sprig/aes.ts';
import { certificates } from './sprig/certificates.ts';
import { dates } from './sprig/dates.ts';
import { defaults } from './sprig/defaults.ts';
import { dicts } from './sprig/dicts.ts';
import { digest } from './sprig/digest.ts';
import { encoding } from './sprig/encoding.ts';
import { floats } from './sprig/floats.ts';
import { integers } from './sprig/integers.ts';
import { json } from './sprig/json.ts';
import { letterCase } from './sprig/letter-case.ts';
import { listChoices } from './sprig/list-choice.ts';
import { lists } from './sprig/lists.ts';
import { passwords } from './sprig/passwords.ts';
import { path } from './sprig/path.ts';
import { privateKeys } from './sprig/private-keys.ts';
import { random } from './sprig/random.ts';
import { reflection } from './sprig/reflection.ts';
import { regex } from './sprig/regex.ts';
import { semver } from './sprig/semver.ts';
import { sequences } from './sprig/sequences.ts';
import { shorten } from './sprig/shorten.ts';
import { split } from './sprig/split.ts';
import { wholeText } from './sprig/text.ts';
import { trim } from './sprig/trim.ts';
import { url } from './sprig/url/url.ts';
import { wordCase } from './sprig/word-case.ts';
import { wrap } from './sprig/wrap.ts';
import type { FunctionMap } from './value/go-function.ts';

const builtins = [dataFunctions, logicFunctions, textFunctions];
const sprig = [
  aes, certificates, dates, defaults, dicts, digest, encoding, floats, integers, json, letterCase, listChoices, lists, passwords, path, privateKeys,
  random, reflection, regex, semver, sequences, shorten, split, trim, url, wholeText, wordCase, wrap,
];

/** Go's builtin functions and sprig's, which win: what the templates of all that use sprig have in common. */
export const sprigFunctions: FunctionMap = new Map([...builtins, ...sprig].flatMap((map) => [...map]));
