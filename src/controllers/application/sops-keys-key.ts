import type { ObjectKey } from '../../api/object.ts';
import { sopsKeysOf } from '../../gitops/plan/sops-keys.ts';
import type { Observed } from './observe.ts';

/** The Secret with the keys of an Application's SOPS documents. A name that is none is refused by its plan. */
export function sopsKeysKey({ plan, application }: Pick<Observed, 'plan' | 'application'>): Required<ObjectKey> {
  return { namespace: plan.namespace, name: sopsKeysOf(application.metadata.annotations) ?? '' };
}
