/** What google.rpc.Status adds to a status. */
export interface StatusDetails {
  /** google.rpc.ErrorInfo. */
  readonly reason?: string;
  /** google.rpc.RetryInfo. */
  readonly retrySeconds?: number;
}

/** The bytes of google.rpc.Status, as services of Google send them beside a status that is not success. */
export function statusDetails(code: number, { reason, retrySeconds }: StatusDetails): Buffer {
  const details = [
    ...(reason === undefined ? [] : [any('google.rpc.ErrorInfo', text(1, reason))]),
    ...(retrySeconds === undefined ? [] : [any('google.rpc.RetryInfo', message(1, number(1, retrySeconds)))]),
  ];
  return Buffer.concat([number(1, code), ...details.map((detail) => message(3, detail))]);
}

function any(type: string, value: Buffer): Buffer {
  return Buffer.concat([text(1, `type.googleapis.com/${type}`), message(2, value)]);
}

function text(field: number, value: string): Buffer {
  return message(field, Buffer.from(value));
}

/** Lengths and numbers stay below 128, so that each is one byte. */
function message(field: number, content: Buffer): Buffer {
  if (content.length > 127) throw new Error('too long for a length of one byte');
  return Buffer.concat([Buffer.from([(field << 3) | 2, content.length]), content]);
}

function number(field: number, value: number): Buffer {
  return Buffer.from([field << 3, value]);
}
