import { printYaml } from '../lib/yaml-print.ts';

/** A document for programs. */
export function printDocument(document: unknown, output: 'json' | 'yaml'): string {
  return output === 'json' ? `${JSON.stringify(document, null, 2)}\n` : printYaml(document);
}
