import { expect, it } from 'vitest';
import { fenceWriter } from './fence-writer.ts';
import type { StoreWriter } from './store-reader.ts';

const { signal } = new AbortController();

it('writes and removes while the process leads, and answers each with an error otherwise', async () => {
  const asked: string[] = [];
  const writer: StoreWriter = {
    write: async (_store, writes) => writes.map(() => (asked.push('write'), { kind: 'written' as const })),
    remove: async (_store, places) => places.map(() => (asked.push('remove'), { kind: 'removed' as const })),
  };
  let leads = true;
  const fenced = fenceWriter(writer, () => leads);
  const store = {} as Parameters<StoreWriter['write']>[0];
  const writes = [{}, {}] as unknown as Parameters<StoreWriter['write']>[1];
  const places = [{}] as unknown as Parameters<StoreWriter['remove']>[1];

  expect(await fenced.write(store, writes, signal)).toEqual([{ kind: 'written' }, { kind: 'written' }]);
  expect(await fenced.remove(store, places, signal)).toEqual([{ kind: 'removed' }]);
  leads = false;
  expect((await fenced.write(store, writes, signal)).map((one) => one.kind)).toEqual(['error', 'error']);
  expect((await fenced.remove(store, places, signal)).map((one) => one.kind)).toEqual(['error']);
  expect(asked).toEqual(['write', 'write', 'remove']);
});
