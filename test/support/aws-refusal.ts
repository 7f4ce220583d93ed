/** An error as services of AWS say it: HTTP 400 with this code, unless another status is told. */
export class AwsRefusal extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** A part of a request that is longer than AWS takes, or shorter, or has other characters. */
export function constraint(field: string, what: string): AwsRefusal {
  return new AwsRefusal('ValidationException', `1 validation error detected: Value at '${field}' failed to satisfy constraint: ${what}`);
}
