import type { Application } from '../../../api/application.ts';
import { type KubeObject, parseApiVersion } from '../../../api/object.ts';
import type { Problem, RenderedObject } from '../plan.ts';
import { valueSourcesOf } from './value-needs.ts';

/** Whether an object is a ConfigMap that the Application's charts take values from. Those that it brings itself are lifted, as what makes Secrets is: its charts wait for them. */
export function valueConfigMaps(application: Application): (object: KubeObject) => boolean {
  const names = new Set(valueSourcesOf(application).flatMap(({ kind, name }) => (kind === 'ConfigMap' ? [name] : [])));
  const home = application.spec.destination.namespace;
  return ({ apiVersion, kind, metadata }) => kind === 'ConfigMap' && parseApiVersion(apiVersion).group === '' && names.has(metadata.name) && (metadata.namespace ?? home) === home;
}

/** ConfigMaps of the Application that its charts would wait for without end: of the value itself, or without the key. */
export function checkValueConfigMaps(application: Application, objects: readonly RenderedObject[]): readonly Problem[] {
  const isSource = valueConfigMaps(application);
  const required = valueSourcesOf(application).filter(({ kind, optional }) => kind === 'ConfigMap' && !optional);
  return objects.flatMap(({ object, origin, holdsValues }): readonly Problem[] => {
    if (!isSource(object)) return [];
    const { name } = object.metadata;
    if (holdsValues === true) return [{ severity: 'error', message: `ConfigMap ${name} may depend on the very values that a chart takes from it; have it come from another source, or depend on none`, origin }];
    const data = object['data'];
    const keys = new Set(typeof data === 'object' && data !== null ? Object.keys(data) : []);
    const lost = new Set(required.flatMap((source) => (source.name === name && !keys.has(source.key) ? [source.key] : [])));
    return [...lost].map((key) => ({ severity: 'error', message: `ConfigMap ${name} has no key ${JSON.stringify(key)}, which a chart takes a value from`, origin }));
  });
}
