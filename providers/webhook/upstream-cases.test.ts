import { expect, it } from 'vitest';
import type { RemoteRef } from '../../src/provider/contract.ts';
import { extractMap } from '../../src/provider/property.ts';
import { toldResult, WebhookStage, webhookStore } from '../../test/support/webhook-stage.ts';

const never = new AbortController().signal;
const stage = new WebhookStage();
const path = '/api/getsecret?id={{ .remoteRef.key }}&version={{ .remoteRef.version }}';
const two = '{"secrets": [{"name": "thesecret", "value": "secret-value"}, {"name": "alsosecret", "value": "another-value"}]}';
const mixed = '{"result":{"thesecret":"secret-value","alsosecret":"another-value","id":1234,"weight":1.5}}';

interface Case {
  readonly says: string;
  readonly answer: string;
  readonly jsonPath?: string;
  readonly ref?: Partial<RemoteRef>;
  readonly value?: string;
  readonly map?: Readonly<Record<string, string>>;
  readonly fails?: string;
}

/** What External Secrets' own tests of its provider say. */
const cases: readonly Case[] = [
  { says: 'text without a path', answer: 'secret-value', value: 'secret-value' },
  { says: 'a text at a path', answer: '{"result":{"thesecret":"secret-value"}}', jsonPath: '$.result.thesecret', value: 'secret-value' },
  { says: 'an object at a path', answer: '{"result":{"thesecret":{"one":"secret-value"}}}', jsonPath: '$.result.thesecret', value: '{"one":"secret-value"}' },
  { says: 'a path with the property', answer: '{"result":{"thesecret":"secret-value"}}', jsonPath: '$.result.{{ .remoteRef.property }}', ref: { property: 'thesecret' }, value: 'secret-value' },
  { says: 'a path with a function', answer: mixed, jsonPath: '$.{{printf "result" }}', map: { thesecret: 'secret-value', alsosecret: 'another-value', id: '1234', weight: '1.5' } },
  { says: 'a filter', answer: two, jsonPath: '$.secrets[?@.name=="thesecret"].value', value: 'secret-value' },
  { says: 'the first of several', answer: two, jsonPath: '$..name', value: 'thesecret' },
  { says: 'the first of several numbers', answer: '{"secrets": [{"name": 123}, {"name": 456}]}', jsonPath: '$..name', value: '123' },
  { says: 'an escape', answer: String.raw`{"refresh_token":"RE\/DACTED=="}`, jsonPath: '$.refresh_token', value: 'RE/DACTED==' },
  { says: 'a map', answer: mixed, jsonPath: '$.result', map: { thesecret: 'secret-value', alsosecret: 'another-value', id: '1234', weight: '1.5' } },
  { says: 'a map without a path', answer: '{"thesecret":"secret-value","alsosecret":"another-value"}', map: { thesecret: 'secret-value', alsosecret: 'another-value' } },
  { says: 'a map in a text', answer: '{"result":"{\\"a\\":\\"b\\"}"}', jsonPath: '$.result', map: { a: 'b' } },
  { says: 'a filter that finds nothing', answer: two, jsonPath: '$.secrets[?@.name=="none"].value', fails: 'invalid' },
  { says: 'a path that leads nowhere', answer: '{"result":{"nosecret":"x"}}', jsonPath: '$.result.thesecret', fails: 'invalid' },
  { says: 'what is no JSON', answer: '{"result":{"thesecret":"x"}', jsonPath: '$.result.thesecret', fails: 'unavailable' },
  { says: 'a path whose template is wrong', answer: mixed, jsonPath: "$.{{printf 'result' }}", fails: 'invalid' },
];

it.each(cases)('$says', async ({ answer, jsonPath, ref = {}, value, map, fails }) => {
  const asked: string[] = [];
  const { url } = await stage.serve((request) => {
    asked.push(`${request.path}?${request.query.toString()}`);
    return { body: answer };
  });
  const config = { url: url + path, ...(jsonPath === undefined ? {} : { result: { jsonPath } }) };
  const [result] = await stage.reader.read(webhookStore(config), [{ key: 'testkey', version: '1', ...ref }], never);

  if (value !== undefined) expect(toldResult(result)).toBe(value);
  if (map !== undefined) expect(result?.kind === 'value' && Object.fromEntries(Array.from(extractMap(result.value), ([key, member]) => [key, Buffer.from(member.reveal()).toString()]))).toEqual(map);
  if (fails !== undefined) expect(toldResult(result)).toMatch(new RegExp(`^${fails}: `));
  else expect(asked).toEqual(['/api/getsecret?id=testkey&version=1']);
});
