import { readFile } from 'node:fs/promises';
import type { FieldError } from '../api/schema.ts';
import { parseYaml, type YamlDocument } from '../lib/yaml.ts';
import { YamlError } from '../lib/yaml-error.ts';
import { UsageError } from './options.ts';

/**
 * Reads a file of configuration: one document of YAML.
 * @param flag the option that names it, for messages
 * @throws UsageError that names the file and the line, and quotes nothing
 */
export async function readConfigFile(flag: string, path: string): Promise<YamlDocument> {
  const text = await readText(flag, path);
  try {
    const [document, second] = parseYaml(text, { bytes: 1 << 20, documents: 2, depth: 16 });
    if (document === undefined || second !== undefined) throw new UsageError(`${flag} ${path} must hold one document of YAML`);
    return document;
  } catch (error) {
    if (error instanceof YamlError) throw new UsageError(`${path}:${error.line}: ${error.message}`);
    throw error;
  }
}

async function readText(flag: string, path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new UsageError(`${flag} ${path} cannot be read (${code})`);
  }
}

/** Everything that is wrong with a file of configuration, each with its line. */
export function configProblem(path: string, document: YamlDocument, errors: readonly FieldError[]): UsageError {
  return new UsageError(errors.map((error) => `${path}:${document.lineOf(error.path)}: ${error.path}: ${error.message}`).join('\n'));
}
