import { z } from 'zod';
import { caBundle, caProvider } from '../../src/provider/authority.ts';
import { goDuration, objectNameField, secretKeyField, supportedOf, unsupported } from '../../src/provider/field.ts';
import { headersField } from '../../src/provider/headers-field.ts';
import { isSingular, JsonPathError, parseJsonPath } from './json-path.ts';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** The group of templates that a reference's own fields are in. */
export const referenceGroup = 'remoteRef';

/** What a store and a generator have alike: all of a request. */
const request = {
  method: supportedOf(methods, methods).exactOptional().describe('The method; GET where absent.'),
  url: z.string().min(1).describe('The URL, a template.'),
  headers: headersField().describe('Headers; their values are templates.').exactOptional(),
  auth: z
    .strictObject({ ntlm: unsupported('is not supported by this version of Prelude: it proves who asks to a connection, and connections are shared; remove it, and let a header do it') })
    .exactOptional()
    .describe('How to authenticate beside headers.'),
  body: z.string().exactOptional().describe('The body, a template.'),
  timeout: goDuration().exactOptional().describe('For how long an answer is waited for; 10s where absent.'),
  caBundle: caBundle().exactOptional(),
  caProvider: caProvider().exactOptional(),
} as const;

const groupName = z
  .string()
  .refine((name) => name !== referenceGroup, 'is what templates call the reference')
  .describe('What templates call it: its keys are `{{ .name.key }}`.');

const secretRef = {
  name: objectNameField().describe('The name of the Secret, which carries the label `external-secrets.io/type: webhook`.'),
  key: secretKeyField().exactOptional().describe('Without meaning: templates see all keys.'),
} as const;

const namespace = z
  .string()
  .max(63)
  .regex(/^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$/, 'must be the name of a namespace')
  .describe("Its namespace. A SecretStore may name its own only; in a ClusterSecretStore, absence means the consumer's.");

const singlePath = z.string().transform((path, context) => {
  try {
    const steps = parseJsonPath(path === '' ? '$' : path);
    if (isSingular(steps)) return steps;
    context.addIssue({ code: 'custom', message: 'must lead to one value, by .name, [0] or ["name"]: several are an array, and no object' });
  } catch (error) {
    if (!(error instanceof JsonPathError)) throw error;
    context.addIssue({ code: 'custom', message: error.message });
  }
  return z.NEVER;
});

/** `spec` of a Webhook, the generator, with all that External Secrets has. */
export const webhookSpec = z
  .strictObject({
    ...request,
    result: z
      .strictObject({ jsonPath: singlePath.exactOptional().describe('Where in the answer the object is: `$.data`; all of it where absent.') })
      .describe('What of the answer is given.'),
    secrets: z
      .array(
        z.strictObject({
          name: groupName,
          secretRef: z.strictObject(secretRef).describe('The Secret.'),
        }),
      )
      .exactOptional()
      .describe('Secrets that templates see.'),
  })
  .describe('Asks a web server for an object.');

export type WebhookSpec = z.output<typeof webhookSpec>;

/** `spec.provider.webhook`, with all that External Secrets has. */
export const webhookConfig = z
  .strictObject({
    ...request,
    method: request.method.describe('The method of reads, GET where absent, and of writes, POST where absent; removing is DELETE.'),
    result: z
      .strictObject({ jsonPath: z.string().exactOptional().describe('Where in the answer the value is, a template: `$.data.{{ .remoteRef.property }}`; all of it, as it is, where absent.') })
      .exactOptional()
      .describe('What of the answer is the value.'),
    secrets: z.array(z.strictObject({ name: groupName, secretRef: z.strictObject({ ...secretRef, namespace: namespace.exactOptional() }).describe('The Secret.') })).exactOptional().describe('Secrets that templates see.'),
  })
  .describe('A web server that is asked by templates.');

export type WebhookConfig = z.output<typeof webhookConfig>;

/** What both are, as far as a request is made of it. */
export type RequestSpec = Pick<WebhookConfig, 'method' | 'url' | 'headers' | 'body' | 'timeout'>;
