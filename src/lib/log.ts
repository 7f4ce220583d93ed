import { destination as openDestination, pino, stdTimeFunctions } from 'pino';
import type { LogLevel } from './log-level.ts';
import { redactRecord } from './redact.ts';

/** Facts that belong to a message. An Error goes under `error`; values are redacted and bounded before they are written. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Structured messages: what happened in a fixed sentence, with what it happened to in the fields. */
export interface Log {
  readonly debug: (fields: LogFields, message: string) => void;
  readonly info: (fields: LogFields, message: string) => void;
  readonly warn: (fields: LogFields, message: string) => void;
  readonly error: (fields: LogFields, message: string) => void;
  /** The same log with fields that every message of it carries. */
  readonly child: (fields: LogFields) => Log;
}

/** Where lines go: a stream of the process, or whatever takes whole lines. */
export type LogDestination = 'stdout' | 'stderr' | { readonly write: (line: string) => void };

export interface LogOptions {
  readonly level: LogLevel;
  readonly destination: LogDestination;
}

type Write = (level: Exclude<LogLevel, 'silent'>, fields: LogFields, message: string) => void;

/**
 * A log of one JSON object a line: `level`, `time` (RFC 3339), the fields, `msg`. Lines are written at once, so that
 * none is lost when the process dies. Below the level, fields are not even looked at.
 */
export function createLog(options: LogOptions): Log {
  const { level, destination } = options;
  const target = typeof destination === 'object' ? destination : openDestination({ dest: destination === 'stdout' ? 1 : 2, sync: true });
  const logger = pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    target,
  );
  return logOf((level, fields, message) => {
    if (logger.isLevelEnabled(level)) logger[level](safeFields(fields), message);
  }, {});
}

/** A log that drops everything. */
export const silentLog: Log = logOf(() => {}, {});

function logOf(write: Write, bound: LogFields): Log {
  const at =
    (level: Exclude<LogLevel, 'silent'>) =>
    (fields: LogFields, message: string): void =>
      write(level, { ...bound, ...fields }, message);
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => logOf(write, { ...bound, ...fields }),
  };
}

/** pino writes these itself; a field of that name would make a line with the same key twice. */
const reserved: ReadonlySet<string> = new Set(['level', 'time', 'msg']);

function safeFields(fields: LogFields): LogFields {
  const named = Object.entries(fields).map(([name, value]) => [reserved.has(name) ? `${name}_` : name, value]);
  return redactRecord(Object.fromEntries(named));
}
