import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import type { Io } from './io.ts';
import { createTimeline } from './timeline.ts';

function recordIo(isTerminal: boolean): { readonly io: Io; readonly text: () => string } {
  let text = '';
  const out = { write: (part: string) => (text += part) };
  return { io: { out, err: out, isTerminal, columns: 60, env: {} }, text: () => text };
}

describe('the timeline', () => {
  it('prints one plain line per event where no terminal looks', async () => {
    const clock = createFakeClock();
    const { io, text } = recordIo(false);
    const timeline = createTimeline(io, clock, ['devnet', 'stores']);

    timeline.print({ subject: 'devnet', phase: 'namespace', kind: 'object', message: 'Namespace devnet created' });
    await clock.advance(1500);
    timeline.print({ subject: 'devnet', phase: 'barrier', kind: 'done', message: 'open' });
    timeline.close();

    expect(text()).toBe('   0.00s  + devnet  namespace  Namespace devnet created\n   1.50s  ✓ devnet  barrier    open\n');
  });

  it('keeps a live line with what is waited for on a terminal, cut to its width', async () => {
    const clock = createFakeClock();
    const { io, text } = recordIo(true);
    const timeline = createTimeline(io, clock, ['devnet']);

    timeline.print({ subject: 'devnet', phase: 'barrier', kind: 'waiting', message: 'Secret bp-1-keys: '.repeat(8) });
    await clock.advance(250);
    timeline.close();

    const live = text().split('\r\u001b[2K').at(-2) ?? '';
    expect(live).toContain('devnet waits: Secret bp-1-keys');
    expect(live.length).toBeLessThanOrEqual(59 + 10);
    expect(text().endsWith('\r\u001b[2K')).toBe(true);
  });

  it('says nothing after it was closed', () => {
    const { io, text } = recordIo(false);
    const timeline = createTimeline(io, createFakeClock(), []);
    timeline.close();
    timeline.print({ subject: 'a', phase: 'waves', kind: 'object', message: 'late' });
    expect(text()).toBe('');
  });
});
