import { mkdtemp, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { createRegistry, erase } from '../../src/provider/registry.ts';
import { type Exemption, exemptionBy, type ProviderBench, providerContract, readsOnly } from '../../test/contract/provider.contract.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { noContext } from '../../test/support/generator-context.ts';
import { createFileClient } from './client.ts';
import { file } from './index.ts';

const never = new AbortController().signal;

async function open(): Promise<ProviderBench> {
  const root = await mkdtemp(join(tmpdir(), 'file-provider-'));
  const path = join(root, 'store');
  await mkdir(path);
  await writeFile(join(path, '.keep'), '');
  const below = async (key: string): Promise<string> => {
    await mkdir(dirname(join(path, key)), { recursive: true });
    return join(path, key);
  };
  return {
    connect: async (condition) => {
      // a disk that does not answer cannot be had
      if (condition === 'hanging') return createFileClient(() => new Promise(() => {}));
      if (condition === 'down') await rename(path, join(root, 'unmounted'));
      const roots = condition === 'refused' ? join(root, 'elsewhere') : root;
      return createRegistry([erase(file)])
        .configure({ file: { path } })
        .connect({ ...noContext, clock: createFakeClock(), environment: new Map([['PRELUDE_FILE_PROVIDER_ROOTS', roots]]) }, never);
    },
    store: async (key, value) => {
      await writeFile(await below(key), value);
      return undefined;
    },
    remove: (key) => rm(join(path, key)),
    deny: async (key) => {
      await rename(join(path, key), join(root, 'elsewhere'));
      await symlink(join(root, 'elsewhere'), join(path, key));
    },
    impossibleKey: '../elsewhere',
    close: () => rm(root, { recursive: true }),
  };
}

function refuses(clause: string, ref: { readonly version?: string; readonly metadata?: true }, because: string): Exemption {
  return exemptionBy(clause, because, async (client) => {
    expect(await client.read([{ key: 'a', ...ref }], never)).toMatchObject([{ kind: 'error', error: { kind: 'unsupported' } }]);
  });
}

providerContract('file', open, [
  ...readsOnly.filter(({ because }) => because === 'it cannot be written to'),
  refuses('follows a new current value, and finds the old one by its version', { version: '1' }, 'a directory keeps one version'),
  refuses('says absent for a version that is not there', { version: '1' }, 'a directory keeps one version'),
  refuses('returns the metadata of a value as a JSON object, and none of the value', { metadata: true }, 'files have no labels'),
  exemptionBy('finds values that have all tags of a query', 'files have no tags', async (client) => {
    await expect(client.find?.({ tags: { team: 'chain' } }, never)).rejects.toMatchObject({ kind: 'unsupported' });
  }),
]);
