import type { Problem, RenderedObject } from '../plan.ts';

/**
 * What is wrong with the place of an encrypted object. SOPS binds a file to no namespace, so the keys do it: those of a namespace open what
 * goes to that namespace. A document that names another is refused, and one that names none goes to its Application's. That holds where
 * the MAC does not cover the namespace, too.
 */
export function checkSops({ object, sops, sopsEntries, origin, lineOf }: RenderedObject, destination: string): readonly Problem[] {
  if ((sops === undefined && sopsEntries === undefined) || object.metadata.namespace === destination) return [];
  const path = 'metadata.namespace';
  const message =
    object.metadata.namespace === undefined
      ? 'an object that is encrypted with SOPS must be one of a namespace, because the namespace has the keys'
      : `is encrypted with SOPS and is for another namespace than ${destination}, whose keys open it; give it an Application of its own namespace`;
  return [{ severity: 'error', message, path, origin: { file: origin.file, line: lineOf?.(path) ?? origin.line } }];
}
