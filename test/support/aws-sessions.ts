import { AwsRefusal } from './aws-refusal.ts';

/** A role that can be assumed. */
export interface AwsRole {
  /** Who may assume it: access key ids, and ARNs of roles; absent: anybody that is known. */
  readonly trusts?: readonly string[];
  readonly externalId?: string;
  /** Whether its sessions may be tagged; true where absent. */
  readonly mayTag?: boolean;
}

/** A role that was assumed. */
export interface AssumedRole {
  readonly role: string;
  /** An access key id, the ARN of a role, or `service account`. */
  readonly by: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly transitive: readonly string[];
  readonly externalId?: string;
}

/** Who sends a request. */
export interface Principal {
  /** An access key id, or the ARN of a role. */
  readonly name: string;
  readonly sessionToken?: string;
  /** Milliseconds since the epoch. */
  readonly endsAt?: number;
  readonly tags: Readonly<Record<string, string>>;
}

export interface AwsSessionsOptions {
  /** Access key ids that are known from the start. */
  readonly accessKeyIds: readonly string[];
  readonly roles: Readonly<Record<string, AwsRole>>;
  /** Keys of machines and pods, with their session token. */
  readonly machines: Readonly<Record<string, string>>;
  /** Tokens of service accounts that the roles trust. */
  readonly jwts: readonly string[];
  readonly now: () => number;
}

export interface AwsSessions {
  readonly assumed: readonly AssumedRole[];
  /** Who signs with this access key. @throws AwsRefusal for nobody, and where the session has ended */
  readonly principalOf: (accessKeyId: string, sessionToken: string | undefined) => Principal;
  /** Answers an action of STS. @throws AwsRefusal as AWS refuses */
  readonly answer: (form: URLSearchParams, signer: () => Principal) => string;
  /** Ends all sessions that there are. */
  readonly end: () => void;
  /** Milliseconds that sessions live from now on. */
  readonly live: (ms: number) => void;
}

const hour = 3_600_000;
const mostTags = 50;

/** Keys that AWS knows, and AWS STS, which makes more of them. */
export function createAwsSessions({ accessKeyIds, machines, roles, jwts, now }: AwsSessionsOptions): AwsSessions {
  const principals = new Map<string, Principal>([
    ...accessKeyIds.map((name) => [name, { name, tags: {} }] as const),
    ...Object.entries(machines).map(([name, sessionToken]) => [name, { name, sessionToken, tags: {} }] as const),
  ]);
  const assumed: AssumedRole[] = [];
  let life = hour;
  let ended = 0;

  function issue(action: string, one: AssumedRole): string {
    assumed.push(one);
    const number = assumed.length;
    const endsAt = now() + life;
    principals.set(`ASIASESSION${number}`, { name: one.role, sessionToken: `session-token-${number}`, endsAt, tags: one.tags });
    const keys = `<AccessKeyId>ASIASESSION${number}</AccessKeyId><SecretAccessKey>session-secret</SecretAccessKey><SessionToken>session-token-${number}</SessionToken><Expiration>${new Date(endsAt).toISOString()}</Expiration>`;
    return `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result><Credentials>${keys}</Credentials></${action}Result></${action}Response>`;
  }

  function assume(form: URLSearchParams, { name: by }: Principal): string {
    const role = form.get('RoleArn') ?? '';
    const known = roles[role];
    const tags = tagsIn(form);
    const transitive = listIn(form, 'TransitiveTagKeys');
    const externalId = form.get('ExternalId') ?? undefined;
    const denied = new AwsRefusal('AccessDenied', 'User is not authorized to perform: sts:AssumeRole', 403);
    if (known === undefined || (known.trusts !== undefined && !known.trusts.includes(by)) || known.externalId !== externalId) throw denied;
    if (tags.length > 0 && known.mayTag === false) throw new AwsRefusal('AccessDenied', 'User is not authorized to perform: sts:TagSession', 403);
    checkTags(tags, transitive);
    return issue('AssumeRole', { role, by, tags: Object.fromEntries(tags), transitive, ...(externalId === undefined ? {} : { externalId }) });
  }

  return {
    assumed,
    principalOf: (accessKeyId, sessionToken) => {
      const principal = principals.get(accessKeyId);
      if (principal === undefined || principal.sessionToken !== sessionToken) throw new AwsRefusal('UnrecognizedClientException', 'The security token included in the request is invalid.');
      const { endsAt } = principal;
      if (endsAt !== undefined && (now() >= endsAt || Number(accessKeyId.replace(/\D/g, '')) <= ended)) throw new AwsRefusal('ExpiredTokenException', 'The security token included in the request is expired');
      return principal;
    },
    answer: (form, signer) => {
      const action = form.get('Action') ?? '';
      if (action === 'AssumeRole') return assume(form, signer());
      if (action !== 'AssumeRoleWithWebIdentity') throw new AwsRefusal('InvalidAction', 'Could not find operation');
      const role = form.get('RoleArn') ?? '';
      if (!jwts.includes(form.get('WebIdentityToken') ?? '')) throw new AwsRefusal('InvalidIdentityToken', 'The ID Token provided is not a valid JWT.');
      if (!Object.hasOwn(roles, role)) throw new AwsRefusal('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity', 403);
      return issue(action, { role, by: 'service account', tags: {}, transitive: [] });
    },
    end: () => (ended = assumed.length),
    live: (ms) => (life = ms),
  };
}

function listIn(form: URLSearchParams, name: string): readonly string[] {
  return [...form].filter(([key]) => key.startsWith(`${name}.member.`)).map(([, value]) => value);
}

function tagsIn(form: URLSearchParams): readonly (readonly [string, string])[] {
  return [...form].flatMap(([key, value]) => (/^Tags\.member\.\d+\.Key$/.test(key) ? [[value, form.get(key.replace(/Key$/, 'Value')) ?? ''] as const] : []));
}

function checkTags(tags: readonly (readonly [string, string])[], transitive: readonly string[]): void {
  const keys = tags.map(([key]) => key);
  const wellFormed = tags.every(([key, value]) => /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u.test(key) && /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u.test(value));
  const unique = new Set(keys.map((key) => key.toLowerCase())).size === keys.length;
  if (!wellFormed || !unique || tags.length > mostTags || transitive.some((key) => !keys.includes(key))) throw new AwsRefusal('ValidationError', 'the session tags are not valid');
}
