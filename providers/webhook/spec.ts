import { z } from 'zod';
import { caBundle, caProvider } from '../../src/provider/authority.ts';
import { goDuration, objectNameField, secretKeyField, supportedOf, unsupported } from '../../src/provider/field.ts';
import { JsonPathError, parseJsonPath } from './json-path.ts';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

const result = z
  .strictObject({
    jsonPath: z
      .string()
      .transform((path, context) => {
        try {
          return parseJsonPath(path === '' ? '$' : path);
        } catch (error) {
          if (!(error instanceof JsonPathError)) throw error;
          context.addIssue({ code: 'custom', message: error.message });
          return z.NEVER;
        }
      })
      .exactOptional()
      .describe('Where in the answer the object is: `$.data`; all of it where absent.'),
  })
  .describe('What of the answer is given.');

const secret = z.strictObject({
  name: z.string().describe('What templates call it: its keys are `{{ .name.key }}`.'),
  secretRef: z
    .strictObject({
      name: objectNameField().describe('The name of the Secret, which carries the label `external-secrets.io/type: webhook`.'),
      key: secretKeyField().exactOptional().describe('Without meaning: templates see all keys.'),
    })
    .describe('The Secret.'),
});

/** `spec` of a Webhook, with all that External Secrets has. */
export const webhookSpec = z
  .strictObject({
    method: supportedOf(methods, methods).exactOptional().describe('The method; GET where absent.'),
    url: z.string().min(1).describe('The URL, a template.'),
    headers: z.record(z.string(), z.string()).exactOptional().describe('Headers; their values are templates.'),
    auth: z
      .strictObject({ ntlm: unsupported() })
      .exactOptional()
      .describe('How to authenticate beside headers.'),
    body: z.string().exactOptional().describe('The body, a template.'),
    timeout: goDuration().exactOptional().describe('For how long an answer is waited for; 10s where absent.'),
    result,
    secrets: z.array(secret).exactOptional().describe('Secrets that templates see.'),
    caBundle: caBundle().exactOptional(),
    caProvider: caProvider().exactOptional(),
  })
  .describe('Asks a web server for an object.');

export type WebhookSpec = z.output<typeof webhookSpec>;
