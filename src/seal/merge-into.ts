import { editManifests } from './edit-manifests.ts';
import { readManifests } from './manifest.ts';
import { type PlainSecret, readPlainSecret } from './plain-secret.ts';
import { annotationOf, scopeAnnotations, type Scope } from './scope.ts';
import { aimSecret, type SealChoices, sealItems, type SealMeans } from './seal-secret.ts';
import { SealError } from './seal-error.ts';
import { readInput } from './seal-text.ts';
import type { SealingCertificate } from './sealing-key.ts';
import { isSealedManifest, readSealedManifest, type SealedManifest } from './sealed-manifest.ts';

export interface MergeOptions extends SealMeans, Pick<SealChoices, 'scope' | 'allowEmptyData'> {
  /** Of the Secrets, for errors. */
  readonly where: string;
  readonly target: { readonly text: string; readonly where: string };
}

/**
 * Seals Secrets into a SealedSecret that is there already: their values, labels and annotations join its own, and nothing else of the file
 * changes. Its name, namespace and scope hold, whatever the Secrets say: what is sealed for others would not open there.
 * @returns the new text of the file
 * @throws SealError
 */
export async function mergeInto(input: Uint8Array, { where, target, ...options }: MergeOptions): Promise<string> {
  const sealed = readManifests(target.text, target.where).filter(isSealedManifest).map(readSealedManifest);
  const secrets = (await readInput(input, where)).map(readPlainSecret);
  if (secrets.length === 0) throw new SealError('no secrets found. Ensure the input is valid and UTF-8 encoded');
  const edits = secrets.flatMap((secret) => {
    const owner = ownerOf(secret, sealed, target.where);
    checkScope(options.scope, owner, target.where);
    checkKey(owner, options.certificate, target.where);
    const aimed = aimSecret(inside(secret, owner), { allowEmptyData: options.allowEmptyData ?? false });
    const additions = [
      [['spec', 'encryptedData'], sealItems(aimed, options)],
      [['spec', 'template', 'metadata', 'labels'], secret.labels],
      [['spec', 'template', 'metadata', 'annotations'], withoutScopes(secret.annotations)],
    ] as const;
    return additions.map(([path, entries]) => ({ manifest: owner.manifest, path, entries }));
  });
  return edits.reduce((text, edit) => editManifests(text, [edit]), target.text);
}

/** The SealedSecret that a Secret is merged into: the only one of the file, or the one of its name. */
function ownerOf(secret: PlainSecret, sealed: readonly SealedManifest[], where: string): SealedManifest {
  const [only, ...others] = sealed;
  if (only === undefined) throw new SealError(`${where} holds no SealedSecret to merge into`);
  if (others.length === 0) return only;
  const named = sealed.filter(({ name, namespace }) => name === secret.name && (secret.namespace === '' || namespace === secret.namespace));
  if (named[0] === undefined || named.length > 1) throw new SealError(`${where} holds ${sealed.length} SealedSecrets, and ${named.length} of them go by the name of the Secret: it must be one`);
  return named[0];
}

function checkScope(scope: Scope | undefined, { scope: own, manifest }: SealedManifest, where: string): void {
  if (scope === undefined || scope === own) return;
  throw new SealError(`${where}:${manifest.lineOf(['metadata'])}: the SealedSecret has the scope ${own}, and --scope says ${scope}: an item of another scope would not open there`);
}

/** An annotation of a key is for all items. */
function checkKey({ sealedWith, manifest }: SealedManifest, { fingerprint }: SealingCertificate, where: string): void {
  if (sealedWith === undefined || sealedWith === fingerprint) return;
  throw new SealError(`${where}:${manifest.lineOf(['metadata', 'annotations'])}: the SealedSecret says that another key has sealed it: seal with its certificate, or reseal the file first (prelude reseal)`);
}

function inside(secret: PlainSecret, { name, namespace, scope }: SealedManifest): PlainSecret {
  return { ...secret, name, namespace, annotations: new Map([...withoutScopes(secret.annotations), ...Object.entries(annotationOf(scope))]) };
}

function withoutScopes(annotations: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...annotations].filter(([name]) => !scopeAnnotations.includes(name)));
}
