/** What an unquoted scalar means; `range` where it is a number that JSON or a double cannot hold. */
export type PlainScalar =
  | { readonly kind: 'value'; readonly value: string | number | boolean | null }
  | { readonly kind: 'range'; readonly problem: string };

/**
 * The words of YAML 1.1 as sigs.k8s.io/yaml (kubectl, Helm, Argo CD, Flux) reads them. `y` and `no` are booleans there,
 * and a manifest must mean the same to us: https://github.com/kubernetes-sigs/yaml/blob/master/goyaml.v2/resolve.go
 */
const words = new Map<string, boolean | null>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
]);

const notFinite = /^(\.(nan|NaN|NAN)|[-+]?\.(inf|Inf|INF))$/;
const integer = /^([-+]?)(0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|0|[1-9][0-9]*)$/;
const float = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;

/**
 * Resolves an unquoted scalar by YAML 1.1 as the Kubernetes tools do: yes/no/on/off/y/n are booleans, `0644`, `0o644`, `0x1f`,
 * `0b11` and `1_000` are integers, dates and `12:30` stay strings. An integer of up to 64 bits that a double cannot hold exactly is
 * refused rather than changed; a larger one can only be meant as a floating-point number.
 */
export function resolvePlainScalar(text: string): PlainScalar {
  const word = words.get(text);
  if (word !== undefined) return { kind: 'value', value: word };
  if (notFinite.test(text)) return { kind: 'range', problem: 'infinity and not-a-number have no place in an object; quote the value' };
  // underscores are only dropped where the scalar starts with a digit or a sign
  const number = /^[-+0-9]/.test(text) ? text.replaceAll('_', '') : text;
  const match = integer.exec(number);
  if (match !== null) return resolveInteger(match[1] === '-', match[2] ?? '');
  // too large for a double is a string to the Kubernetes tools
  if (float.test(number) && Number.isFinite(Number(number))) return { kind: 'value', value: Number(number) + 0 };
  return { kind: 'value', value: text };
}

function resolveInteger(negative: boolean, digits: string): PlainScalar {
  const octal = /^0[oO]?([0-7]+)$/.exec(digits);
  const magnitude = BigInt(octal === null ? digits.toLowerCase() : `0o${octal[1]}`);
  const exact = negative ? -magnitude : magnitude;
  const value = Number(exact);
  if (!Number.isFinite(value) || (magnitude < 1n << 64n && BigInt(value) !== exact)) {
    return { kind: 'range', problem: 'this integer is too large to be kept exactly; quote it if it is meant as text' };
  }
  return { kind: 'value', value };
}
