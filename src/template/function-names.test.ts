import { expect, test } from 'vitest';
import { externalSecretFunctions } from './external-secret-functions.ts';
import { externalSecretFunctionNames } from './function-names.ts';

test('the names are those of the functions, each once', () => {
  expect([...externalSecretFunctionNames]).toEqual([...externalSecretFunctions.keys()].toSorted());
});
