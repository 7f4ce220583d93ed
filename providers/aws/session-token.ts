import { z } from 'zod';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { unsupported } from '../../src/provider/field.ts';
import type { Generator } from '../../src/provider/generator.ts';
import { awsRegion, awsSecretRef } from './config.ts';
import { authCredentials, authenticate, roleField } from './generator-auth.ts';
import { settingVariables } from './sdk-settings.ts';
import { getSessionToken, stsOptions } from './sts.ts';

const requestParameters = z
  .strictObject({
    sessionDuration: z.int().exactOptional().describe('For how many seconds the keys are valid, 900 to 129600; 43200 where absent.'),
    serialNumber: z.string().exactOptional().describe('The serial number or ARN of the MFA device.'),
    tokenCode: z.string().exactOptional().describe('The code that the MFA device shows.'),
  })
  .describe('What is asked for.');

const sessionTokenSpec = z
  .strictObject({
    region: awsRegion(),
    auth: z
      .strictObject({
        secretRef: awsSecretRef.exactOptional(),
        jwt: unsupported('cannot be used here: AWS gives session tokens to access keys only; use secretRef'),
      })
      .exactOptional()
      .describe('How to authenticate to AWS.'),
    role: roleField().exactOptional(),
    requestParameters: requestParameters.exactOptional(),
  })
  .refine(({ auth }) => auth?.secretRef !== undefined, {
    path: ['auth'],
    error: "needs secretRef: this version of Prelude does not use the AWS identity of the controller's own environment",
  })
  .describe('Temporary access keys of AWS STS.');

type SessionTokenSpec = z.output<typeof sessionTokenSpec>;

function authOf({ auth }: SessionTokenSpec) {
  return auth?.secretRef === undefined ? {} : { secretRef: auth.secretRef };
}

/** Temporary keys of the owner of access keys. */
export const sessionTokenGenerator: Generator<SessionTokenSpec> = {
  kind: 'STSSessionToken',
  schema: sessionTokenSpec,
  environment: settingVariables(['sts']),
  credentials: (spec) => authCredentials(authOf(spec)),
  generate: async (spec, context, signal) => {
    const { region, role, requestParameters: { sessionDuration, serialNumber, tokenCode } = {} } = spec;
    const keys = await authenticate({ region, auth: authOf(spec), role }, context, signal);
    const request = {
      ...(sessionDuration === undefined ? {} : { DurationSeconds: sessionDuration }),
      ...(serialNumber === undefined ? {} : { SerialNumber: serialNumber }),
      ...(tokenCode === undefined ? {} : { TokenCode: tokenCode }),
    };
    const session = await getSessionToken({ ...stsOptions(region, context.environment), keys, request }, signal);
    return {
      values: new Map([
        ['access_key_id', session.accessKeyId],
        ['secret_access_key', session.secretAccessKey],
        ['session_token', session.sessionToken],
        ['expiration', SecretBytes.fromUtf8(String(session.expiration))],
      ]),
    };
  },
};
