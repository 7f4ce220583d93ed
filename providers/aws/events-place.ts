import { z } from 'zod';
import type { NoticeScope, PlaceOf } from '../../src/provider/change-notice.ts';

/** As much of `spec.provider.aws` as says where values live. */
const awsStore = z.object({ service: z.enum(['SecretsManager', 'ParameterStore']), region: z.string(), prefix: z.string().default(''), role: z.string().optional() });

/** Secrets Manager puts a hyphen and six characters of its own behind the name, in an ARN. */
const suffix = /-[A-Za-z0-9]{6}$/;
const secretArn = /^arn:aws[\w-]*:secretsmanager:([a-z0-9-]+):(\d{12}):secret:(.+)$/;
const parameterArn = /^arn:aws[\w-]*:ssm:([a-z0-9-]+):(\d{12}):parameter(\/.+)$/;
const roleArn = /^arn:aws[\w-]*:iam::(\d{12}):role\//;

/** Where a store of AWS reads: its service and region, and the account where a role tells it. */
export const placeOfAws: PlaceOf = (config) => {
  const parsed = awsStore.safeParse(config);
  if (!parsed.success) return undefined;
  const { service, region, prefix, role = '' } = parsed.data;
  const account = roleArn.exec(role)?.[1];
  return {
    scope: { service, region, ...(account === undefined ? {} : { account }) },
    keysOf: (remoteKey) => unique([prefix + remoteKey, remoteKey.startsWith('arn:') ? remoteKey : prefix + remoteKey].flatMap(namesOf)),
    foundAs: (key) => (prefix !== '' && key.startsWith(prefix) ? [key, key.slice(prefix.length)] : [key]),
  };
};

/**
 * The names that an id may stand for: a name is its own. The end of an ARN may be a part of the name, or the service's; a parameter at the
 * top has a slash in its ARN that its name has not.
 */
export function namesOf(id: string): readonly string[] {
  const secret = secretArn.exec(id)?.[3];
  if (secret !== undefined) return unique([secret, secret.replace(suffix, '')]);
  const parameter = parameterArn.exec(id)?.[3];
  if (parameter !== undefined) return parameter.indexOf('/', 1) > 0 ? [parameter] : [parameter, parameter.slice(1)];
  return [id];
}

/** What an ARN tells of its region and account. */
export function scopeOfArn(id: string): NoticeScope {
  const [, region, account] = secretArn.exec(id) ?? parameterArn.exec(id) ?? [];
  return region === undefined || account === undefined ? {} : { region, account };
}

export function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
