import { createHash } from 'node:crypto';
import type { NoticeDelivery } from '../../../provider/notice-source.ts';
import { isSameSecret } from '../../../provider/same-secret.ts';
import { isSignedBy } from './hub-signature.ts';
import type { PushDialect } from './pushed-urls.ts';

type Headers = NoticeDelivery['headers'];

/** How one service tells of pushes. */
export interface GitSender {
  /** `type` of a source. */
  readonly type: string;
  readonly dialect: PushDialect;
  /** Whether it is from whom it says. */
  readonly isGenuine: (delivery: Pick<NoticeDelivery, 'headers' | 'body'>, keys: readonly Uint8Array[]) => boolean;
  /** Whether a branch or a tag may have moved; all else is taken, and wakes nobody. */
  readonly isPush: (headers: Headers) => boolean;
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
    isPush: ({ 'x-github-event': event }) => event === 'push' || event === 'create' || event === 'delete',
    ids: ['x-github-delivery'],
  },
  {
    // docs.gitlab.com, "Webhooks": the token itself is sent
    type: 'gitlab',
    dialect: 'gitlab',
    isGenuine: ({ headers }, keys) => keys.map((key) => isSameSecret(headers['x-gitlab-token'] ?? '', key)).includes(true),
    isPush: ({ 'x-gitlab-event': event = '' }) => ['Push Hook', 'Tag Push Hook', 'System Hook'].includes(event),
    ids: ['idempotency-key', 'x-gitlab-event-uuid'],
  },
  {
    // support.atlassian.com, "Secure webhooks"; Bitbucket Data Center signs in the same header
    type: 'bitbucket',
    dialect: 'bitbucket',
    isGenuine: ({ headers, body }, keys) => isSignedBy(headers['x-hub-signature'] ?? '', body, keys),
    isPush: ({ 'x-event-key': event }) => event === 'repo:push' || event === 'repo:refs_changed',
    ids: ['x-request-uuid', 'x-request-id'],
  },
  {
    // docs.gitea.com, "Webhooks"; Forgejo sends both headers
    type: 'gitea',
    dialect: 'github',
    isGenuine: ({ headers, body }, keys) => isSignedBy(headers['x-gitea-signature'] ?? headers['x-forgejo-signature'] ?? '', body, keys),
    isPush: ({ 'x-gitea-event': event }) => event === 'push' || event === 'create' || event === 'delete',
    ids: ['x-gitea-delivery'],
  },
];

/** The id of a delivery. Where the sender gives none, what it says is one: the same push told twice counts once. */
export function deliveryId({ headers, body }: Pick<NoticeDelivery, 'headers' | 'body'>, names: readonly string[]): string {
  const given = names.map((name) => headers[name]).find((value) => value !== undefined && value !== '' && value.length <= 256);
  return given ?? createHash('sha256').update(body).digest('base64url');
}
