import { UsageError } from '../options.ts';

/** The Application that a person means. Without a namespace: the one in `argocd`, or else the only one of that name. */
export interface ApplicationName {
  readonly namespace?: string;
  readonly name: string;
}

const label = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

/** Reads `NAME` or `NAMESPACE/NAME`. @throws UsageError */
export function parseApplicationName(text: string): ApplicationName {
  const [first = '', second, ...rest] = text.split('/');
  const name = second ?? first;
  if (rest.length > 0 || ![first, name].every((part) => part.length <= 253 && label.test(part))) throw new UsageError(`${text}: write NAME or NAMESPACE/NAME of an Application, e.g. devnet or argocd/devnet`);
  return second === undefined ? { name } : { namespace: first, name };
}
