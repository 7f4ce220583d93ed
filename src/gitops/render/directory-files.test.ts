import { describe, expect, it } from 'vitest';
import { selectDirectoryFiles } from './directory-files.ts';

const files = ['net/a.yaml', 'net/b.yml', 'net/c.json', 'net/d.jsonnet', 'net/README.md', 'net/sub/e.yaml', 'net/sub/f.jsonnet'].map((path) => ({ path, size: 1 }));

function select(options: { readonly recurse?: boolean; readonly include?: string; readonly exclude?: string }, path = 'net') {
  const { taken, below, jsonnet, malformed } = selectDirectoryFiles(files, path, { recurse: false, include: '', exclude: '', ...options });
  return { taken: taken.map((file) => file.path), below: below.map((file) => file.path), jsonnet: jsonnet.map((file) => file.path), malformed };
}

describe('selectDirectoryFiles', () => {
  it('takes YAML and JSON of the folder itself', () => {
    expect(select({})).toEqual({ taken: ['net/a.yaml', 'net/b.yml', 'net/c.json'], below: ['net/sub/e.yaml'], jsonnet: ['net/d.jsonnet'], malformed: [] });
  });

  it('takes folders below where it may', () => {
    expect(select({ recurse: true })).toEqual({ taken: ['net/a.yaml', 'net/b.yml', 'net/c.json', 'net/sub/e.yaml'], below: [], jsonnet: ['net/d.jsonnet', 'net/sub/f.jsonnet'], malformed: [] });
  });

  it('matches include and exclude against the path below the folder, exclude first', () => {
    expect(select({ recurse: true, include: '*.yaml', exclude: 'sub/*' }).taken).toEqual(['net/a.yaml']);
    expect(select({ recurse: true, include: 'sub/e.yaml' }).taken).toEqual(['net/sub/e.yaml']);
    expect(select({ exclude: '{*.jsonnet,*.json}' })).toMatchObject({ taken: ['net/a.yaml', 'net/b.yml'], jsonnet: [] });
    expect(select({ recurse: true, include: 'net/*' }, '').taken).toHaveLength(4);
  });

  it('takes nothing by a glob that is none, and says which', () => {
    expect(select({ include: '{', exclude: '[' })).toEqual({ taken: [], below: [], jsonnet: [], malformed: ['include', 'exclude'] });
  });
});
