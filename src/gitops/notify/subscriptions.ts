import { type Trigger, triggerNames } from './triggers.ts';

const prefix = 'notifications.argoproj.io/subscribe.';

/**
 * Whether an Application's annotations ask for a trigger at a service, as those of Argo CD's notifications do:
 * `notifications.argoproj.io/subscribe.<trigger>.<service>`, or `….subscribe.<service>` for every trigger. What stands in them, recipients, is not looked at: an
 * address belongs to a service.
 */
export function isSubscribed(annotations: Readonly<Record<string, string>>, trigger: Trigger, service: string): boolean {
  return annotations[`${prefix}${trigger}.${service}`] !== undefined || annotations[`${prefix}${service}`] !== undefined;
}

/** Whether a name could be taken for a trigger, so that it can name no service. */
export function isTriggerName(name: string): boolean {
  return triggerNames.some((trigger) => trigger === name);
}
