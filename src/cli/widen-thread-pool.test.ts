import { expect, test } from 'vitest';
import { widenThreadPool } from './widen-thread-pool.ts';

test('the pool gets a thread for each core and some that wait, unless somebody has said how many', () => {
  const [unset, set]: [NodeJS.ProcessEnv, NodeJS.ProcessEnv] = [{}, { UV_THREADPOOL_SIZE: '3' }];
  widenThreadPool(unset, 8);
  widenThreadPool(set, 8);
  expect([unset, set]).toEqual([{ UV_THREADPOOL_SIZE: '20' }, { UV_THREADPOOL_SIZE: '3' }]);
});
