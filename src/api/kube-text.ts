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
