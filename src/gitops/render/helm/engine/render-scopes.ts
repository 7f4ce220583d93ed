import { fromText } from '../../../../template/value/byte-string.ts';
import { dict, int, mapOf, stringType } from '../../../../template/value/go-type.ts';
import type { GoMap, Struct, Value } from '../../../../template/value/value.ts';
import { GoMap as MapClass } from '../../../../template/value/value.ts';
import type { ChartNode } from './chart-templates.ts';
import { toMap } from './chart-value.ts';
import type { ReleaseInfo } from './render-request.ts';
import { asValues } from './values-type.ts';

export interface ScopeInput {
  /** Of the whole release. */
  readonly values: GoMap;
  readonly release: ReleaseInfo;
  readonly capabilities: Struct;
}

/**
 * What the templates of each chart see at the top: a chart its own values, its parent's under its name. What one template changes, those
 * after it see, as in Helm.
 */
export function scopesOf(root: ChartNode, { values, release, capabilities }: ScopeInput): ReadonlyMap<ChartNode, GoMap> {
  const scopes = new Map<ChartNode, GoMap>();
  addScope(root, { values, release: releaseValue(release), capabilities }, scopes);
  return scopes;
}

function addScope(node: ChartNode, { values, release, capabilities }: { readonly values: GoMap; readonly release: GoMap; readonly capabilities: Struct }, scopes: Map<ChartNode, GoMap>): GoMap {
  const { chart } = node;
  const shown = toMap(chart.metadata.shown);
  shown.entries.set('IsRoot', node.isRoot);
  const annotations = shown.entries.get('Annotations');
  shown.entries.set('Annotations', new MapClass(mapOf(stringType), isMap(annotations) ? annotations.entries : new Map(), !isMap(annotations)));
  const subcharts = dict();
  const scope = dict([
    ['Chart', shown],
    ['Files', node.files],
    ['Release', release],
    ['Capabilities', capabilities],
    ['Values', asValues(values)],
    ['Subcharts', subcharts],
  ]);
  for (const dependency of node.dependencies) {
    const name = fromText(dependency.chart.metadata.name);
    const own = values.entries.get(name);
    subcharts.entries.set(name, addScope(dependency, { values: isMap(own) ? own : dict(), release, capabilities }, scopes));
  }
  scopes.set(node, scope);
  return scope;
}

function isMap(value: Value): value is GoMap {
  return value instanceof MapClass;
}

function releaseValue({ name, namespace, isUpgrade = false, revision = 1 }: ReleaseInfo): GoMap {
  return dict([
    ['Name', fromText(name)],
    ['Namespace', fromText(namespace)],
    ['IsUpgrade', isUpgrade],
    ['IsInstall', !isUpgrade],
    ['Revision', int(revision)],
    ['Service', 'Helm'],
  ]);
}
