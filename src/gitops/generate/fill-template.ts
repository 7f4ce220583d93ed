import type { ApplicationTemplate, PlainFields, PlainValue } from '../../api/application-set-spec.ts';
import { isPlainFields } from '../../api/application-set-spec.ts';

/** A generator's own template with everything that it leaves out, or leaves empty, taken from that of the ApplicationSet. (mergo, as Argo CD uses it.) */
export function fillTemplate(own: ApplicationTemplate | undefined, base: ApplicationTemplate): ApplicationTemplate {
  return own === undefined ? base : { metadata: fill(own.metadata, base.metadata), spec: fill(own.spec, base.spec) };
}

function fill(own: PlainFields, base: PlainFields): PlainFields {
  const filled: Record<string, PlainValue> = { ...own };
  for (const [name, value] of Object.entries(base)) {
    const mine = own[name];
    if (isEmpty(mine)) filled[name] = value;
    else if (isPlainFields(mine) && isPlainFields(value)) filled[name] = fill(mine, value);
  }
  return filled;
}

/** A zero value of Go. */
function isEmpty(value: PlainValue | undefined): boolean {
  if (value === undefined || value === null || value === '' || value === 0 || value === false) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
