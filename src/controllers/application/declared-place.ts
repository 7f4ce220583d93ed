import type { Verbatim } from '../../api/application-status.ts';
import type { KubeObject } from '../../api/object.ts';
import { fieldAt } from '../../gitops/health/live-field.ts';

/** Where an Application's manifests come from and go to, as its manifest has it. */
export interface DeclaredPlace {
  /** Several are `{ sources }`. */
  readonly source: Verbatim;
  readonly destination: Verbatim;
}

/** As it is put on record, to be compared with what is there. */
export function declaredPlace(raw: KubeObject): DeclaredPlace {
  const sources = fieldAt(raw, 'spec', 'sources');
  return { source: sources === undefined ? verbatim(raw, 'source') : { sources }, destination: verbatim(raw, 'destination') };
}

function verbatim(raw: KubeObject, field: string): Verbatim {
  const value = fieldAt(raw, 'spec', field);
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
