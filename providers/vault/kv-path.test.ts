import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kvPath } from './kv-path.ts';

describe('the paths of a key', () => {
  // the table of External Secrets, and what it says of metadata
  it.each([
    ['secret/path', 'v2', 'foo', 'secret/path/data/foo', 'secret/path/metadata/foo'],
    ['secret/path', 'v1', 'foo', 'secret/path/foo', 'secret/path/foo'],
    ['secret/path', 'v2', 'secret/path/foo', 'secret/path/data/foo', 'secret/path/metadata/foo'],
    ['secret/path', 'v2', 'secret/path/data/foo', 'secret/path/data/foo', 'secret/path/metadata/foo'],
    ['secret/path', 'v1', 'secret/path/foo', 'secret/path/foo', 'secret/path/foo'],
    ['', 'v2', 'secret/path/foo', 'secret/data/path/foo', 'secret/metadata/path/foo'],
    ['', 'v2', 'secret/path/data/foo', 'secret/path/data/foo', 'secret/path/metadata/foo'],
    ['', 'v1', 'secret/path/foo', 'secret/path/foo', 'secret/path/foo'],
    // what only looks like the mount, or like data
    ['secret', 'v2', 'secrets/foo', 'secret/data/secrets/foo', 'secret/metadata/secrets/foo'],
    ['secret', 'v2', 'data/foo', 'secret/data/data/foo', 'secret/metadata/data/foo'],
    ['secret', 'v1', 'secret/data/foo', 'secret/data/foo', 'secret/data/foo'],
    ['secret', 'v2', 'secret', 'secret/data/secret', 'secret/metadata/secret'],
    // a folder
    ['secret', 'v2', '', 'secret/data/', 'secret/metadata/'],
    ['', 'v2', 'secret/', 'secret/data/', 'secret/metadata/'],
    ['', 'v2', 'secret/data/a/', 'secret/data/a/', 'secret/metadata/a/'],
  ] as const)('with the mount %j of version %s: %j', (mount, version, key, data, metadata) => {
    expect(kvPath(key, { mount, version })).toEqual({ data, metadata });
  });

  it('stay below the mount, and are the same however the key names it', () => {
    const part = fc.stringMatching(/^[a-z]{1,6}$/).filter((text) => text !== 'data');
    const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
    fc.assert(
      fc.property(path, path, (mount, key) => {
        fc.pre(!key.startsWith(`${mount}/`));
        const store = { mount, version: 'v2' } as const;
        const paths = kvPath(key, store);
        expect(paths).toEqual({ data: `${mount}/data/${key}`, metadata: `${mount}/metadata/${key}` });
        expect(kvPath(`${mount}/${key}`, store)).toEqual(paths);
        expect(kvPath(`${mount}/data/${key}`, store)).toEqual(paths);
        expect(kvPath(key, { mount, version: 'v1' }).data).toBe(`${mount}/${key}`);
      }),
    );
  });
});
