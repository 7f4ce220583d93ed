import { expect, it, vi } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { silentLog } from '../../lib/log.ts';
import type { Message } from './message.ts';
import { createSendQueue } from './send-queue.ts';

const message = (id: string): Message => ({ trigger: 'on-state', id, revision: 'a', state: 'success', at: 0, title: id, cause: '', nextStep: '', namespace: 'argocd', name: 'devnet', destination: 'devnet', repoURL: 'r' });

it('sends what comes in for the same key while the one before is on its way', async () => {
  const sent: string[] = [];
  const queue = createSendQueue({
    service: 'hub',
    send: async ({ id }) => {
      await Promise.resolve();
      sent.push(id);
      if (id === 'first') queue.add('devnet', message('second'));
    },
    onDone: async () => {},
    clock: systemClock,
    random: () => 0,
    log: silentLog,
  });
  queue.add('devnet', message('first'));

  await vi.waitFor(() => expect(sent).toEqual(['first', 'second']));
  await queue.close(AbortSignal.timeout(1_000));
});
