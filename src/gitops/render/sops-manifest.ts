import type { YamlDocument } from '../../lib/yaml.ts';
import { encryptedPaths } from '../../seal/sops/open-sops.ts';
import { formatOf, mayBeSops, readSopsManifest, type SopsFile } from '../../seal/sops/read-sops.ts';
import { SopsError } from '../../seal/sops/sops-error.ts';
import type { Problem, SopsSource, TaintedPath } from '../plan/plan.ts';

/** What is known of an encrypted object without any key. */
export interface SopsManifest {
  readonly source: SopsSource;
  /** Where its ciphertexts stand. */
  readonly encrypted: readonly TaintedPath[];
}

interface EncryptedDocument {
  /** Without the metadata of SOPS. */
  readonly value: unknown;
  readonly sops: SopsManifest;
}

/** The encrypted documents of a file, by those that the reader of manifests sees. */
export interface SopsManifests {
  /** undefined: the file is not encrypted. A problem: this document cannot be taken. */
  readonly at: (document: YamlDocument) => EncryptedDocument | Problem | undefined;
}

/** Looks whether a file of manifests is encrypted with SOPS, and reads it as far as that goes without a key. */
export function readSopsManifests(file: string, content: Uint8Array): SopsManifests | { readonly problem: Problem } {
  if (!mayBeSops(content)) return { at: () => undefined };
  try {
    const read = readSopsManifest(content, formatOf(file) === 'json' ? 'json' : 'yaml');
    if (read === undefined) return { at: () => undefined };
    // what SOPS takes for one document is one to the reader of manifests, too: they begin on the same line
    const byLine = new Map(read.documents.map(({ line }, index) => [line, index]));
    return {
      at: (document) => {
        const index = byLine.get(document.line);
        return index === undefined ? problemAt(file, document.line, 'is a part of a file that is encrypted with SOPS, and cannot be read as one') : documentOf(read, { file, content, document, index });
      },
    };
  } catch (error) {
    if (error instanceof SopsError) return { problem: problemAt(file, error.line ?? 1, `encrypted with SOPS: ${error.message}`) };
    throw error;
  }
}

interface Place {
  readonly file: string;
  readonly content: Uint8Array;
  readonly document: YamlDocument;
  readonly index: number;
}

function documentOf({ documents, metadata, format }: SopsFile, { file, content, document, index }: Place): EncryptedDocument | Problem {
  const { value } = document;
  const found = documents[index];
  if (found === undefined || typeof value !== 'object' || value === null) return problemAt(file, document.line, 'is a part of a file that is encrypted with SOPS, and cannot be read as one');
  const rest = Object.fromEntries(Object.entries(value).filter(([key]) => key !== 'sops'));
  const encrypted = encryptedPaths(found, metadata);
  // what is no manifest is none of ours: values of a chart, say
  const hidden = 'apiVersion' in rest || 'kind' in rest ? encrypted.find(([first]) => first === 'apiVersion' || first === 'kind' || first === 'metadata') : undefined;
  if (hidden !== undefined) {
    return { ...problemAt(file, document.lineOf(hidden), "is encrypted, so that nobody can tell what the object is; encrypt its values only, with --encrypted-regex '^(data|stringData)$'"), path: hidden.join('.') };
  }
  if (typeof rest['kind'] === 'string' && rest['kind'].endsWith('List') && Array.isArray(rest['items'])) return problemAt(file, document.line, 'lists cannot be encrypted with SOPS; give each object a document of its own');
  return { value: rest, sops: { source: { content, format, document: index }, encrypted } };
}

function problemAt(file: string, line: number, message: string): Problem & { readonly origin: { readonly file: string; readonly line: number } } {
  return { severity: 'error', message, origin: { file, line } };
}
