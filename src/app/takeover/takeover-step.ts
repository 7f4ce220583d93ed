import type { UpstreamDefinition } from './definitions.ts';
import type { UpstreamDeployment } from './upstream-deployment.ts';
import type { UpstreamWebhook } from './webhook-configurations.ts';

/** One thing to do before a takeover. */
export interface TakeoverStep {
  readonly title: string;
  /** What happens otherwise. */
  readonly why: string;
  /** To be copied as they are. Empty: there is no one command for it. */
  readonly commands: readonly string[];
  /** What `--apply` does for it; absent: only a person can. */
  readonly action?: TakeoverAction;
}

export type TakeoverAction =
  | { readonly kind: 'keep definitions'; readonly definitions: readonly UpstreamDefinition[] }
  | { readonly kind: 'scale down'; readonly deployments: readonly UpstreamDeployment[] }
  | { readonly kind: 'remove webhooks'; readonly webhooks: readonly UpstreamWebhook[] }
  | { readonly kind: 'release namespaces' };
