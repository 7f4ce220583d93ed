import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newSealingKey } from '../../test/support/new-sealing-key.ts';
import { KeyRing } from '../seal/key-ring.ts';
import { findManifestFiles } from '../seal/find-manifests.ts';
import { SealError } from '../seal/seal-error.ts';
import { unsealText } from '../seal/unseal-text.ts';
import type { SealedPaths, SealPathsOptions } from './seal-paths.ts';
import { sealOnAllCores } from './seal-threads.ts';

const many = 208;
const never = new AbortController().signal;
/** Threads load their program first. */
const timeout = 30_000;
const key = await newSealingKey();
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prelude-seal-threads-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function place(count: number): SealPathsOptions {
  for (let index = 0; index < count; index += 1) {
    writeFileSync(join(folder, `secret-${String(index).padStart(4, '0')}.yaml`), `apiVersion: v1\nkind: Secret\nmetadata: {name: secret-${index}, namespace: team}\nstringData: {value: text ${index}}\n`);
  }
  return { certificates: [{ name: 'cert', certificate: key.certificate }], choices: {}, inPlace: true, roots: [folder] };
}

test('many files are sealed by several threads, each in its place, and told of in their order', async () => {
  const options = place(many);
  const files = await findManifestFiles([folder]);
  const seen: SealedPaths[] = [];
  await sealOnAllCores(files, options, (all) => void seen.push(...all), never);
  expect(seen.flatMap(({ paths }) => paths)).toEqual(files);
  expect(readdirSync(folder)).toEqual(files.map((file) => basename(file)));
  const ring = new KeyRing([key]);
  for (const index of [0, 17, many - 1]) {
    const text = readFileSync(files[index] ?? '');
    expect(text.toString()).toContain('kind: SealedSecret');
    expect(await unsealText(text, { where: 'file', ring, format: 'yaml', render: () => Promise.resolve(new Map()) })).toContain(`value: ${Buffer.from(`text ${index}`).toString('base64')}`);
  }
}, timeout);

test.each([3, many])('nothing of %i files is written where one of them cannot be sealed', async (count) => {
  const options = place(count);
  const bad = join(folder, 'secret-0001.yaml');
  writeFileSync(bad, 'apiVersion: v1\nkind: Secret\nmetadata: {namespace: team}\nstringData: {value: x}\n');
  const before = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  const refuse = (all: readonly SealedPaths[]): void => {
    throw new SealError(all.flatMap(({ problems }) => problems).join('\n'));
  };
  await expect(sealOnAllCores(await findManifestFiles([folder]), options, refuse, never)).rejects.toThrow(new SealError(`${bad}:3: missing metadata.name in input Secret`));
  expect(readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))).toEqual(before);
}, timeout);

test.each([3, many])('a file among %i that cannot be read is named', async (count) => {
  const options = place(count);
  const files = await findManifestFiles([folder]);
  const gone = files.at(-1) ?? '';
  rmSync(gone);
  await expect(sealOnAllCores(files, options, () => {}, never)).rejects.toThrow(new SealError(`open ${gone}: no such file or directory`));
}, timeout);

test('a folder that cannot be made is told of as the system does, whichever thread meets it', async () => {
  const options = place(many);
  const file = join(folder, 'taken');
  writeFileSync(file, '');
  await expect(sealOnAllCores(await findManifestFiles([folder]), { ...options, inPlace: false, outputFolder: join(file, 'below') }, () => {}, never)).rejects.toMatchObject({ code: 'ENOTDIR', syscall: 'mkdir' });
}, timeout);

test('stopped before the first file is written, it writes none', async () => {
  const options = place(many);
  const stop = new AbortController();
  const reason = new DOMException('stopped', 'AbortError');
  await expect(sealOnAllCores(await findManifestFiles([folder]), options, () => stop.abort(reason), stop.signal)).rejects.toBe(reason);
  expect(readdirSync(folder).some((name) => readFileSync(join(folder, name), 'utf8').includes('SealedSecret'))).toBe(false);
}, timeout);
