import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { NoticeDelivery } from '../../../provider/notice-source.ts';
import { isSameSecret } from '../../../provider/same-secret.ts';
import { isSignedBy } from './hub-signature.ts';
import { jsonBody } from './json-body.ts';
import type { PushDialect } from './pushed-urls.ts';

/** How one service tells of pushes. */
export interface GitSender {
  /** `type` of a source. */
  readonly type: string;
  readonly dialect: PushDialect;
  /** Whether it is from whom it says. */
  readonly isGenuine: (delivery: Pick<NoticeDelivery, 'headers' | 'body'>, keys: readonly Uint8Array[]) => boolean;
  /** Whether a branch or a tag may have moved; all else is taken, and wakes nobody. */
  readonly isPush: (delivery: Pick<NoticeDelivery, 'headers' | 'body'>) => boolean;
  /** Where the sender's own id of a delivery stands. */
  readonly ids: readonly string[];
}

/** Services whose deliveries name and prove themselves in headers of their own. */
export const gitSenders: readonly GitSender[] = [
  {
    // docs.github.com, "Validating webhook deliveries"
    type: 'github',
    dialect: 'github',
    isGenuine: ({ headers, body }, keys) => isSignedBy(headers['x-hub-signature-256'] ?? '', body, keys),
    isPush: ({ headers }) => movesRefs(headers['x-github-event']),
    ids: ['x-github-delivery'],
  },
  {
    // docs.gitlab.com, "Webhooks": the token itself is sent
    type: 'gitlab',
    dialect: 'gitlab',
    isGenuine: ({ headers }, keys) => keys.map((key) => isSameSecret(headers['x-gitlab-token'] ?? '', key)).includes(true),
    isPush: ({ headers: { 'x-gitlab-event': event = '' }, body }) => ['Push Hook', 'Tag Push Hook'].includes(event) || (event === 'System Hook' && isSystemPush(body)),
    ids: ['idempotency-key', 'x-gitlab-event-uuid'],
  },
  {
    // support.atlassian.com, "Secure webhooks"; Bitbucket Data Center signs in the same header
    type: 'bitbucket',
    dialect: 'bitbucket',
    isGenuine: ({ headers, body }, keys) => isSignedBy(headers['x-hub-signature'] ?? '', body, keys),
    isPush: ({ headers: { 'x-event-key': event } }) => event === 'repo:push' || event === 'repo:refs_changed',
    ids: ['x-request-uuid', 'x-request-id'],
  },
  {
    // docs.gitea.com, "Webhooks"; Forgejo sends both headers
    type: 'gitea',
    dialect: 'github',
    isGenuine: ({ headers, body }, keys) => isSignedBy(headers['x-gitea-signature'] ?? headers['x-forgejo-signature'] ?? '', body, keys),
    isPush: ({ headers }) => movesRefs(headers['x-gitea-event']),
    ids: ['x-gitea-delivery'],
  },
];

/** GitHub's names, which Gitea has, too. */
function movesRefs(event: string | undefined): boolean {
  return event === 'push' || event === 'create' || event === 'delete';
}

/** Most of what a GitLab tells of itself is about people and projects; some of it has a name in the other field. */
const systemEvent = z.object({ event_name: z.string().nullish(), object_kind: z.string().nullish() });

/** What says not what it is about is taken for a push, and refused where it names no repository. */
function isSystemPush(body: Uint8Array): boolean {
  const { data } = systemEvent.safeParse(jsonBody(body));
  const name = data?.event_name ?? data?.object_kind ?? 'push';
  return ['push', 'tag_push', 'repository_update'].includes(name);
}

/** The id of a delivery. Where the sender gives none, what it says is one: the same push told twice counts once. */
export function deliveryId({ headers, body }: Pick<NoticeDelivery, 'headers' | 'body'>, names: readonly string[]): string {
  const given = names.map((name) => headers[name]).find((value) => value !== undefined && value !== '' && value.length <= 256);
  return given ?? createHash('sha256').update(body).digest('base64url');
}
