import type { HttpResponse } from '../../src/lib/http.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { ask, bodyText } from '../../src/provider/ask.ts';
import { readAuthority } from '../../src/provider/authority.ts';
import type { Generator } from '../../src/provider/generator.ts';
import { goText, membersOf } from '../../src/provider/go-json.ts';
import { decodeJsonString } from '../../src/provider/json-text.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { parseAnswer, selectAnswer } from './answer.ts';
import type { JsonPathStep } from './json-path.ts';
import { fieldRenderer, hidesHost, renderRequest } from './request.ts';
import type { WebhookSpec } from './spec.ts';
import { webhookSpec } from './spec.ts';
import { namedBy, readSecrets } from './webhook-secrets.ts';

/** Asks a web server, and gives the members of the object that it answers with. */
export const webhookGenerator: Generator<WebhookSpec> = {
  kind: 'Webhook',
  schema: webhookSpec,
  environment: [],
  credentials: namedBy,
  generate: async (spec, context, signal) => {
    const [data, ca] = await Promise.all([readSecrets(spec, context), readAuthority(spec, context)]);
    const request = await renderRequest(spec, { url: data, plain: data }, fieldRenderer(context.renderTemplate, 'spec.'));
    const asked = { http: context.http, service: 'the webhook', advice: 'check the Secrets that its headers, URL and body are made from', hideHost: hidesHost(spec.url) };
    const answer = await ask({ ...request, ...(ca === undefined ? {} : { tls: { ca } }) }, asked, signal);
    return { values: valuesOf(answer, spec.result.jsonPath ?? []) };
  },
};

/** @throws ProviderError `unavailable` for an answer that is no JSON, `invalid` where it holds no object there; it is not quoted */
function valuesOf({ body }: HttpResponse, path: readonly JsonPathStep[]): ReadonlyMap<string, SecretBytes> {
  const [found] = selectAnswer(parseAnswer(bodyText(body, 'the webhook'), 'unavailable', 'the answer of the webhook'), path);
  if (found === undefined) throw new ProviderError('invalid', 'the answer of the webhook has nothing at result.jsonPath');
  const object = found.startsWith('"') ? parseAnswer(decodeJsonString(found), 'invalid', 'the text at result.jsonPath') : found;
  if (!object.startsWith('{')) throw new ProviderError('invalid', `the answer of the webhook is ${describe(object)}, not an object; let result.jsonPath lead to one`);
  return new Map(Array.from(membersOf(object), ([key, raw]) => [key, SecretBytes.fromUtf8(goText(raw, 'plain'))]));
}

function describe(raw: string): string {
  if (raw.startsWith('[')) return 'an array';
  if (raw.startsWith('"')) return 'a string';
  return raw === 'null' ? 'null' : 'a number or a boolean';
}
