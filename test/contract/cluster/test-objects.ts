import type { KubeObject } from '../../../src/api/object.ts';
import type { ResourceType, Selection } from '../../../src/kube/port.ts';

export function configMap(namespace: string, name: string, data: Readonly<Record<string, string>> = {}, labels?: Readonly<Record<string, string>>): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, ...(labels === undefined ? {} : { labels }) }, data };
}

export function secret(namespace: string, name: string, data: Readonly<Record<string, string>> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, data };
}

export function deployment(namespace: string, name: string): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: { replicas: 0, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'main', image: 'example.com/none' }] } } },
  };
}

export const widgetGroup = 'contract.example.com';

/** A kind that no controller knows: what a clause reads is what it wrote, status included. `serveWidgets` defines it. */
export const widgetType: ResourceType = { group: widgetGroup, version: 'v1', kind: 'Widget', plural: 'widgets', namespaced: true, statusSubresource: true };

export function widget(namespace: string, name: string): KubeObject {
  return { apiVersion: `${widgetGroup}/v1`, kind: 'Widget', metadata: { name, namespace }, spec: { size: 1 } };
}

export function withContainers(object: KubeObject, ...names: readonly string[]): KubeObject {
  const spec = object['spec'] as { readonly template: { readonly metadata: object } };
  return { ...object, spec: { ...spec, template: { ...spec.template, spec: { containers: names.map((name) => ({ name, image: 'example.com/none' })) } } } };
}

export function containerNames(object: KubeObject): readonly string[] {
  const spec = object['spec'] as { readonly template: { readonly spec: { readonly containers: readonly { readonly name: string }[] } } };
  return spec.template.spec.containers.map(({ name }) => name).toSorted();
}

export function owned(object: KubeObject, ...owners: readonly KubeObject[]): KubeObject {
  const ownerReferences = owners.map(({ apiVersion, kind, metadata }) => ({ apiVersion, kind, name: metadata.name, uid: metadata.uid! }));
  return { ...object, metadata: { ...object.metadata, ownerReferences } };
}

export function withVersion(object: KubeObject, resourceVersion: string): KubeObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion } };
}

export function widgetDefinition(group: string): KubeObject {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `widgets.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind: 'Widget', listKind: 'WidgetList', plural: 'widgets', singular: 'widget' },
      versions: [{ name: 'v1', served: true, storage: true, schema, subresources: { status: {} } }],
    },
  };
}

/** The ConfigMaps of a namespace, without the one that Kubernetes puts into every namespace. */
export function ours(namespace: string): Selection {
  return { namespace, fieldSelector: 'metadata.name!=kube-root-ca.crt' };
}
