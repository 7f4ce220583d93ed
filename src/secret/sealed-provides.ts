import { sealedSecretAnnotations, type SealedSecret } from '../api/sealed-secret.ts';
import type { Provided } from './provides.ts';

/**
 * Which Secret, with which keys, a SealedSecret will make: its name is the SealedSecret's own, whatever the template says, and names of
 * keys are not encrypted. The deprecated form hides its keys; a template that says `patch` adds to a Secret with keys of others.
 */
export function sealedProvides({ metadata, spec: { encryptedData, template, data } }: Pick<SealedSecret, 'metadata' | 'spec'>): Provided {
  const isHidden = data !== undefined || template.annotations[sealedSecretAnnotations.patch] === 'true';
  return {
    secret: metadata.name,
    keys: isHidden ? 'dynamic' : [...new Set([...Object.keys(encryptedData), ...Object.keys(template.data)])],
    ...(template.type === undefined ? {} : { type: template.type }),
  };
}
