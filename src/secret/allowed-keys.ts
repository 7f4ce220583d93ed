import { z } from 'zod';
import { allowedKeysAnnotation } from '../api/names.ts';
import type { ObjectMeta } from '../api/object.ts';
import { compileGlob, type Glob } from '../lib/glob.ts';
import { LruMap } from '../lib/lru-map.ts';
import { parseYaml } from '../lib/yaml.ts';
import { YamlError } from '../lib/yaml-error.ts';

/** What an annotation allows: for each namespace a few patterns, or nothing, because it makes no sense. */
type KeyPolicy = { readonly ok: true; readonly matches: (namespace: string, key: string) => boolean } | { readonly ok: false; readonly problem: string };

/** Stands in a pattern for the name of the namespace that asks. */
const placeholder = '{namespace}';
/** What a pattern is tried with when it is checked; any name will do. */
const anyNamespace = 'namespace';

/** The most that an annotation may hold, in bytes: it is read where others wait. */
const longest = 16 * 1024;

const patternList = z.array(z.string().min(1)).max(1000);
const policies = new LruMap<KeyPolicy>(256);

/**
 * Whether a namespace may have to do with a key through a store: read it, or write it. A store says so with the annotation
 * `prelude.dev/allowed-keys`, a list of patterns (see `compileGlob`) in which `{namespace}` stands for the namespace's name; without
 * one no key is kept from anybody. One that makes no sense lets nobody have any. What could lead out of a folder that a pattern
 * names (`..` between slashes) is never allowed.
 */
export function mayReadKey({ metadata }: { readonly metadata: Pick<ObjectMeta, 'annotations'> }, namespace: string, key: string): boolean {
  const text = metadata.annotations?.[allowedKeysAnnotation];
  if (text === undefined) return true;
  const policy = policyOf(text);
  return policy.ok && !hasDots(key) && policy.matches(namespace, key);
}

/** What is wrong with a store's allowed keys; undefined where nothing is, or it names none. */
export function allowedKeysProblem({ annotations }: Pick<ObjectMeta, 'annotations'>): string | undefined {
  const text = annotations?.[allowedKeysAnnotation];
  const policy = text === undefined ? undefined : policyOf(text);
  return policy?.ok === false ? `metadata.annotations[${allowedKeysAnnotation}]: ${policy.problem}; until then no key is allowed` : undefined;
}

/** The patterns of an annotation that lists some for each namespace. */
export function policyOf(text: string): KeyPolicy {
  const policy = policies.get(text) ?? readPolicy(text);
  policies.set(text, policy);
  return policy;
}

function readPolicy(text: string): KeyPolicy {
  if (Buffer.byteLength(text) > longest) return { ok: false, problem: `must have at most ${longest / 1024} KiB` };
  const list = patternList.safeParse(valueOf(text));
  if (!list.success) return { ok: false, problem: 'must be a YAML or JSON list of patterns' };
  const patterns = list.data;
  const wrong = patterns.findIndex((pattern) => isAmbiguous(pattern) || compileFor(pattern, anyNamespace) === undefined);
  if (wrong >= 0) return { ok: false, problem: `pattern ${wrong + 1} is malformed` };
  const byNamespace = new LruMap<readonly Glob[]>(1000);
  return {
    ok: true,
    matches: (namespace, key) => {
      const globs = byNamespace.get(namespace) ?? patterns.flatMap((pattern) => compileFor(pattern, namespace) ?? []);
      byNamespace.set(namespace, globs);
      return globs.some((matches) => matches(key));
    },
  };
}

function valueOf(text: string): unknown {
  try {
    const [first, ...more] = parseYaml(text, { bytes: longest });
    return more.length === 0 ? first?.value : undefined;
  } catch (error) {
    if (error instanceof YamlError) return undefined;
    throw error;
  }
}

/** Within a set of characters the name would be one letter of many. */
function isAmbiguous(pattern: string): boolean {
  return /\[[^\]]*\{namespace\}/.test(pattern);
}

/** The name is put in so that nothing in it can be a pattern. */
function compileFor(pattern: string, namespace: string): Glob | undefined {
  return compileGlob(pattern.replaceAll(placeholder, () => namespace.replaceAll(/[^a-zA-Z0-9]/g, String.raw`\$&`)));
}

function hasDots(key: string): boolean {
  return key.split('/').some((step) => step === '..' || step === '.');
}
