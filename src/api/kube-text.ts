import { z } from 'zod';

const dnsLabel = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';

/** The name of most objects: DNS subdomain (RFC 1123), at most 253 characters. */
export function objectName(): z.ZodString {
  return z
    .string()
    .min(1)
    .max(253)
    .regex(new RegExp(`^${dnsLabel}(\\.${dnsLabel})*$`), 'must be a name in lower case: letters, digits, - and .');
}

/** Like `objectName`, for fields that may say nothing: one type and one pattern, as selectable fields of a CRD must have. */
export function objectNameOrNothing(): z.ZodString {
  return z
    .string()
    .max(253)
    .regex(new RegExp(`^(${dnsLabel}(\\.${dnsLabel})*)?$`), 'must be a name in lower case: letters, digits, - and .');
}

/** The name of a namespace: DNS label (RFC 1123), at most 63 characters. */
export function namespaceName(): z.ZodString {
  return z
    .string()
    .min(1)
    .max(63)
    .regex(new RegExp(`^${dnsLabel}$`), 'must be a name in lower case: letters, digits and -');
}

const secretKeyPattern = /^[-._a-zA-Z0-9]+$/;

/** A key of a Secret as a field of an object. */
export function secretKey(): z.ZodString {
  return z
    .string()
    .min(1)
    .max(253)
    .regex(secretKeyPattern, 'must consist of letters, digits, -, _ and .')
    .refine((key) => key !== '.' && !key.startsWith('..'), 'must not be "." or start with ".."');
}

/**
 * Why the API server would refuse a key of a Secret, or undefined where it would not.
 * (Source: IsConfigMapKey in k8s.io/apimachinery's validation.)
 */
export function secretKeyProblem(key: string): string | undefined {
  if (key.length > 253) return 'is longer than 253 characters';
  if (!secretKeyPattern.test(key)) return 'has characters other than letters, digits, -, _ and .';
  if (key === '.' || key.startsWith('..')) return 'must not be "." or start with ".."';
  return undefined;
}

const qualifiedName = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const prefixPattern = new RegExp(`^${dnsLabel}(\\.${dnsLabel})*$`);

/**
 * Why the API server would refuse the name of a label or, in lower case, of an annotation; undefined where it would not.
 * (Source: IsQualifiedName in k8s.io/apimachinery's validation.)
 */
export function qualifiedNameProblem(name: string): string | undefined {
  const slash = name.indexOf('/');
  const [prefix, rest] = slash < 0 ? [undefined, name] : [name.slice(0, slash), name.slice(slash + 1)];
  if (prefix !== undefined && (prefix.length > 253 || !prefixPattern.test(prefix))) return 'has a prefix that is no domain name in lower case';
  if (rest.length > 63) return 'is longer than 63 characters after its prefix';
  return qualifiedName.test(rest) ? undefined : 'must begin and end with a letter or digit, with letters, digits, -, _ and . between';
}

/** Why the API server would refuse the value of a label, or undefined where it would not. */
export function labelValueProblem(value: string): string | undefined {
  if (value.length > 63) return 'is longer than 63 characters';
  return value === '' || qualifiedName.test(value) ? undefined : 'must begin and end with a letter or digit, with letters, digits, -, _ and . between';
}

/** A finalizer: a name with a domain; those without are Kubernetes' own. */
export function finalizerName(): z.ZodString {
  return z.string().refine((name) => name.includes('/') && qualifiedNameProblem(name) === undefined, 'must be a name with a domain, like acme.example/cleanup');
}
