import { describe, expect, it } from 'vitest';
import type { LogLevel } from './log-level.ts';
import { createLog, silentLog, type Log } from './log.ts';
import { SecretBytes } from './secret-bytes.ts';

function recording(level: LogLevel = 'debug'): { readonly log: Log; readonly lines: string[]; readonly entries: () => Record<string, unknown>[] } {
  const lines: string[] = [];
  return {
    log: createLog({ level, destination: { write: (line) => lines.push(line) } }),
    lines,
    entries: () => lines.map((line) => JSON.parse(line)),
  };
}

describe('createLog', () => {
  it('writes one JSON object a line with level, time, fields and message', () => {
    const { log, lines, entries } = recording();

    log.info({ namespace: 'devnet', count: 3 }, 'synced');

    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/\}\n$/);
    expect(entries()[0]).toEqual({ level: 'info', time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/), namespace: 'devnet', count: 3, msg: 'synced' });
  });

  it('drops what is below its level without looking at the fields', () => {
    const { log, lines } = recording('warn');
    let looked = false;
    const fields = {
      get costly() {
        looked = true;
        return 1;
      },
    };

    log.debug({ fields }, 'no');
    log.info({ fields }, 'no');
    log.warn({}, 'yes');
    log.error({}, 'yes');

    expect(lines).toHaveLength(2);
    expect(looked).toBe(false);
  });

  it('carries the fields of its parents, the nearest winning', () => {
    const { log, entries } = recording();

    log.child({ controller: 'application', object: 'a' }).child({ object: 'b' }).info({ took: 1 }, 'done');

    expect(entries()[0]).toMatchObject({ controller: 'application', object: 'b', took: 1 });
  });

  it('redacts before anything reaches the destination', () => {
    const { log, lines } = recording();

    log.error({ value: SecretBytes.fromUtf8('hunter2'), object: { kind: 'Secret', data: { key: 'aHVudGVyMg==' } } }, 'failed');

    expect(lines.join('')).not.toMatch(/hunter2|aHVudGVyMg/);
    expect(lines.join('')).toContain('[redacted]');
  });

  it('never writes a key twice, whatever the fields are called', () => {
    const { log, lines, entries } = recording();

    log.info({ level: 'x', msg: 'y', time: 'z' }, 'real');

    expect(entries()[0]).toMatchObject({ level: 'info', msg: 'real', level_: 'x', msg_: 'y', time_: 'z' });
    expect(lines[0]?.match(/"msg":/g)).toHaveLength(1);
  });

  it('says nothing at all at level silent', () => {
    const { log, lines } = recording('silent');

    log.error({}, 'nobody hears');

    expect(lines).toEqual([]);
  });
});

describe('silentLog', () => {
  it('takes everything, children too', () => {
    expect(() => silentLog.child({ a: 1 }).error({ b: 2 }, 'x')).not.toThrow();
  });
});
