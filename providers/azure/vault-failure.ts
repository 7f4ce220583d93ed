import { z } from 'zod';

/**
 * What a vault answers that does not say success. The SDK passes on what its HTTP client throws, so it is thrown there, where the status,
 * the code and the headers are known; the SDK's own errors quote the answer.
 */
export class VaultFailure extends Error {
  /** The name that pollers of the SDK look for. */
  readonly statusCode: number;
  /** The service's words for it, the innermost: `SecretDisabled`. */
  readonly codes: readonly string[];
  /** The header, as it is. */
  readonly retryAfter: string | undefined;

  constructor(statusCode: number, codes: readonly string[], retryAfter: string | undefined) {
    super('the vault answers with a failure');
    this.name = 'VaultFailure';
    this.statusCode = statusCode;
    this.codes = codes;
    this.retryAfter = retryAfter;
  }
}

const errorAnswer = z.object({ error: z.object({ code: z.string().optional(), innererror: z.object({ code: z.string().optional() }).nullish() }) });

/** The codes in the body of an answer; none where it is not the service's. */
export function codesIn(body: string): readonly string[] {
  const parsed = errorAnswer.safeParse(jsonIn(body));
  if (!parsed.success) return [];
  const { code, innererror } = parsed.data.error;
  return [innererror?.code, code].filter((one) => one !== undefined);
}

function jsonIn(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // a proxy, or nothing
    return undefined;
  }
}
