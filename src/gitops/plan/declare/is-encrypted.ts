import type { RenderedObject } from '../plan.ts';

/** Whether SOPS has encrypted an object, or values of it: it takes keys to write it. */
export function isEncrypted({ sops, sopsEntries }: Pick<RenderedObject, 'sops' | 'sopsEntries'>): boolean {
  return sops !== undefined || sopsEntries !== undefined;
}
