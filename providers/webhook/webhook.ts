import type { HttpRequest, HttpResponse } from '../../src/lib/http.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { ask } from '../../src/provider/ask.ts';
import { authorityCredentials, readAuthority } from '../../src/provider/authority.ts';
import type { ProviderContext, TemplateData } from '../../src/provider/contract.ts';
import type { Generator } from '../../src/provider/generator.ts';
import { goText, membersOf } from '../../src/provider/go-json.ts';
import { decodeJsonString, JsonTextError, jsonValue } from '../../src/provider/json-text.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { JsonPathStep } from './json-path.ts';
import { followJsonPath } from './json-path.ts';
import type { WebhookSpec } from './spec.ts';
import { webhookSpec } from './spec.ts';

const label = { name: 'external-secrets.io/type', value: 'webhook' } as const;

/** Asks a web server, and gives the members of the object that it answers with. */
export const webhookGenerator: Generator<WebhookSpec> = {
  kind: 'Webhook',
  schema: webhookSpec,
  environment: [],
  credentials: ({ secrets = [], ...spec }) => [...secrets.map(({ secretRef: { name } }) => ({ kind: 'WholeSecret', name }) as const), ...authorityCredentials(spec)],
  generate: async (spec, context, signal) => {
    const [data, ca] = await Promise.all([readData(spec, context), readAuthority(spec, context)]);
    const request = await requestOf(spec, data, context);
    const asked = { http: context.http, service: 'the webhook', advice: 'check the Secrets that its headers, URL and body are made from', hideHost: hidesHost(spec.url) };
    const answer = await ask({ ...request, ...(ca === undefined ? {} : { tls: { ca } }) }, asked, signal);
    return { values: valuesOf(answer, spec.result.jsonPath ?? []) };
  },
};

/** What templates see. Only Secrets that are meant for webhooks: whoever writes a generator says where their values go. */
async function readData({ secrets = [] }: WebhookSpec, { wholeSecret }: ProviderContext): Promise<TemplateData> {
  const data = new Map<string, Map<string, SecretBytes>>();
  const found = await Promise.all(secrets.map(async ({ name, secretRef }) => ({ name, secretRef, secret: await wholeSecret({ name: secretRef.name }) })));
  for (const { name, secretRef, secret } of found) {
    if (secret.labels[label.name] !== label.value) {
      throw new ProviderError('invalid', `Secret "${secretRef.name}" is not meant for webhooks; give it the label ${label.name}: ${label.value}`);
    }
    const group = data.get(name) ?? new Map<string, SecretBytes>();
    data.set(name, group);
    for (const [key, value] of secret.data) group.set(key, value);
  }
  return data;
}

async function requestOf({ method = 'GET', url, headers = {}, body = '', timeout }: WebhookSpec, data: TemplateData, { renderTemplate }: ProviderContext): Promise<HttpRequest> {
  const render = async (field: string, template: string): Promise<SecretBytes> => {
    // what is no template takes no turn of the renderer's
    return template.includes('{{') ? renderTemplate(template, data).catch((error: unknown) => rethrow(field, error)) : SecretBytes.fromUtf8(template);
  };
  const [renderedUrl, renderedBody, ...renderedHeaders] = await Promise.all([
    render('url', url),
    render('body', body),
    ...Object.entries(headers).map(async ([name, template]) => [name, textOf(await render(`headers.${name}`, template))] as const),
  ]);
  return {
    method,
    url: textOf(renderedUrl),
    headers: Object.fromEntries(renderedHeaders),
    ...(renderedBody.size === 0 ? {} : { body: renderedBody.reveal() }),
    ...(timeout === undefined || timeout === 0 ? {} : { timeout }),
  };
}

function textOf(rendered: SecretBytes): string {
  return Buffer.from(rendered.reveal()).toString('utf8');
}

function rethrow(field: string, error: unknown): never {
  throw error instanceof ProviderError ? new ProviderError(error.kind, `spec.${field}: ${error.message}`) : error;
}

/** Whether a template makes the host, so that a message with it could tell a value. */
function hidesHost(url: string): boolean {
  return url.includes('{{') && !/^https?:\/\/[^/?#{]+[/?#]/i.test(url);
}

/** @throws ProviderError `unavailable` for an answer that is no JSON, `invalid` where it holds no object there; it is not quoted */
function valuesOf({ body }: HttpResponse, path: readonly JsonPathStep[]): ReadonlyMap<string, SecretBytes> {
  const found = followJsonPath(parse(Buffer.from(body).toString('utf8'), 'unavailable', 'the answer of the webhook'), path);
  if (found === undefined) throw new ProviderError('invalid', 'the answer of the webhook has nothing at result.jsonPath');
  const object = found.startsWith('"') ? parse(decodeJsonString(found), 'invalid', 'the text at result.jsonPath') : found;
  if (!object.startsWith('{')) throw new ProviderError('invalid', `the answer of the webhook is ${describe(object)}, not an object; let result.jsonPath lead to one`);
  return new Map(Array.from(membersOf(object), ([key, raw]) => [key, SecretBytes.fromUtf8(goText(raw, 'plain'))]));
}

function parse(text: string, kind: 'unavailable' | 'invalid', what: string): string {
  try {
    return jsonValue(text);
  } catch (error) {
    if (error instanceof JsonTextError) throw new ProviderError(kind, `${what} is not JSON: ${error.message}`);
    throw error;
  }
}

function describe(raw: string): string {
  if (raw.startsWith('[')) return 'an array';
  if (raw.startsWith('"')) return 'a string';
  return raw === 'null' ? 'null' : 'a number or a boolean';
}
