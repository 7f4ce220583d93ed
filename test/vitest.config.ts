import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('..', import.meta.url));

export default defineConfig({
  root,
  test: {
    root,
    projects: [
      {
        root,
        test: {
          name: 'fast',
          // at a desk 5 s mean that something hangs; where cores are shared, that others had their turn
          testTimeout: process.env['CI'] === 'true' ? 20_000 : 5_000,
          // some wait for time that passes, and not for a core
          maxWorkers: 3,
          sequence: { groupOrder: 0 },
          include: ['src/**/*.test.ts', 'providers/**/*.test.ts', 'test/*.test.ts', 'test/support/**/*.test.ts'],
        },
      },
      {
        root,
        test: {
          // the real parts: etcd, kube-apiserver, kube-controller-manager, kwok, helm, moto, git
          name: 'parts',
          include: ['test/conformance/**/*.test.ts', 'test/e2e/**/*.test.ts'],
          globalSetup: ['test/support/parts/global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          // real processes on two shared cores miss a deadline now and then; what fails twice is broken. At a desk every failure shows
          retry: process.env['CI'] === 'true' ? 1 : 0,
        },
      },
    ],
  },
});
