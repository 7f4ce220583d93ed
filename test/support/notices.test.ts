import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundledPackages, noticesFor } from './notices.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'prelude-notices-'));
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

function addPackage(name: string, manifest: object, files: Readonly<Record<string, string>> = {}): string {
  const folder = join('node_modules', name);
  mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, folder, 'package.json'), JSON.stringify({ name, version: '1.0.0', ...manifest }));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(root, folder, file), text);
  return folder;
}

describe('bundledPackages', () => {
  it('names each package once, scoped and nested ones by their own folder', () => {
    const input = { bytes: 1, imports: [] };

    const folders = bundledPackages({
      inputs: { 'src/a.ts': input, 'node_modules/b/x.js': input, 'node_modules/b/y.js': input, 'node_modules/@s/c/x.js': input, 'node_modules/b/node_modules/d/x.js': input },
    });

    expect(folders).toEqual(['node_modules/@s/c', 'node_modules/b', 'node_modules/b/node_modules/d']);
  });
});

describe('noticesFor', () => {
  it('keeps licence and notice texts, under the name of their package', () => {
    const folder = addPackage('x', { license: 'MIT' }, { LICENSE: 'Permission is granted', 'NOTICE.md': 'Made by X', 'licence.js': 'code' });

    const text = noticesFor(root, [folder]);

    expect(text).toContain('x 1.0.0 (MIT)');
    expect(text).toContain('Permission is granted');
    expect(text).toContain('Made by X');
    expect(text).not.toContain('code');
  });

  it('names a package that carries no text', () => {
    expect(noticesFor(root, [addPackage('y', { license: 'Apache-2.0' })])).toContain('y 1.0.0 (Apache-2.0)');
  });

  it('refuses a package that names no licence', () => {
    const folder = addPackage('z', {});

    expect(() => noticesFor(root, [folder])).toThrow('node_modules/z/package.json names no licence');
  });
});
