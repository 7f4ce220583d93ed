/** A map inside an object from Git, whose shape nothing has checked. */
export type Fields = Readonly<Record<string, unknown>>;

/** The map, or an empty one where it is something else: what is malformed, the API server refuses. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** The list, or an empty one where it is something else. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The text, or undefined where it is something else or empty. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** One value found by `select`, and where. */
export interface Found {
  readonly value: unknown;
  readonly path: string;
}

/** Every value at a path such as `spec.template.spec` or `spec.listeners[*].tls.certificateRefs[*]`. */
export function select(root: unknown, path: string): readonly Found[] {
  let found: readonly Found[] = [{ value: root, path: '' }];
  for (const step of path.split('.')) {
    const name = step.replace(/\[\*\]$/, '');
    found = found.flatMap(({ value, path: at }) => {
      const inner = fieldsOf(value)[name];
      const innerPath = at === '' ? name : `${at}.${name}`;
      if (!step.endsWith('[*]')) return inner === undefined ? [] : [{ value: inner, path: innerPath }];
      return listOf(inner).map((item, index) => ({ value: item, path: `${innerPath}[${index}]` }));
    });
  }
  return found;
}
