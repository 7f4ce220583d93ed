import { GcpRefusal } from './gcp-vault.ts';

/** What a filter is asked about. */
export interface Filtered {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly state: string;
}

/** A filter in Google's notation, as far as it is used: `labels.k=v`, `labels.k:*`, `name:part`, `state:ENABLED`, all of which must hold. */
export function filterOf(text: string): (asked: Filtered) => boolean {
  const terms = text.split(/ AND | /).filter((term) => term !== '').map(termOf);
  return (asked) => terms.every((holds) => holds(asked));
}

function termOf(term: string): (asked: Filtered) => boolean {
  const [, label = '', joint = '', value = ''] = /^labels\.([^\s:=]+)([:=])(\S+)$/.exec(term) ?? [];
  if (joint === '=') return ({ labels }) => labels[label] === value;
  if (joint === ':' && value === '*') return ({ labels }) => Object.hasOwn(labels, label);
  const [, part] = /^name:([A-Za-z0-9_-]+)$/.exec(term) ?? [];
  if (part !== undefined) return ({ name }) => name.includes(part);
  if (term === 'state:ENABLED') return ({ state }) => state === 'ENABLED';
  throw new GcpRefusal('INVALID_ARGUMENT', 'unquotable: bad filter');
}
