import { isKubeError } from '../../../kube/kube-error.ts';
import type { Cluster, ResourceType } from '../../../kube/port.ts';
import { secretType } from '../../../kube/resource-types.ts';
import { SourceError } from '../../source/source-error.ts';
import type { ClusterView } from '../cluster-view.ts';
import type { Capabilities } from '../helm/engine/capabilities.ts';
import type { LookupAnswer, LookupQuery } from '../helm/engine/render-request.ts';
import { ChartError } from '../helm/load/chart-error.ts';
import { answersTo, type Consulted, type ConsultedLookup, hasQuestions, joinQuestions, nothingAsked } from './consulted.ts';
import { liveValues } from './live-values.ts';
import { describeQuery, lookupRule } from './lookup-rule.ts';
import { type Found, mostListed, readLookup, versionOf } from './read-lookup.ts';

/** Bytes, as JSON, of all that one render may look up. */
const mostBytes = 8 * 1024 * 1024;

export type AskedCluster = Pick<Cluster, 'get' | 'pages' | 'discover' | 'version'>;

/** A view for one render, and what was shown of it. */
export interface OpenView extends ClusterView {
  readonly consulted: () => Consulted;
}

/** What `.Capabilities` says of a cluster. @throws SourceError where it does not answer */
export async function readCapabilities(cluster: Pick<Cluster, 'discover' | 'version'>, signal: AbortSignal): Promise<Capabilities> {
  try {
    const [kubeVersion, discovery] = await Promise.all([cluster.version(signal), cluster.discover(signal)]);
    return { kubeVersion, apiVersions: discovery.apiVersions() };
  } catch (error) {
    if (!isKubeError(error)) throw error;
    throw new SourceError('unavailable', `the cluster does not say what charts may know of it: ${error.message}`, { cause: error });
  }
}

/**
 * The cluster, for one render of an Application. Everything is read once, from the API server, when it is asked for first.
 * @param home the Application's destination namespace
 */
export function openClusterView(cluster: AskedCluster, home: string): OpenView {
  const answers = new Map<string, LookupAnswer>();
  const lookups: ConsultedLookup[] = [];
  let questions = nothingAsked;
  let capabilities: Capabilities | undefined;
  let bytes = 0;

  async function typeOf({ apiVersion, kind }: LookupQuery, signal: AbortSignal): Promise<ResourceType | undefined> {
    try {
      return (await cluster.discover(signal)).find(apiVersion, kind);
    } catch (error) {
      if (!isKubeError(error)) throw error;
      throw new SourceError('unavailable', `the cluster does not say whether it serves ${kind} (${apiVersion}), which a chart looks up: ${error.message}`, { cause: error });
    }
  }

  function answerOf(query: LookupQuery, type: ResourceType, found: Found): LookupAnswer {
    const isSecret = type.group === secretType.group && type.kind === secretType.kind && found.kind !== 'nothing';
    if (found.kind === 'nothing') return nothing;
    if (found.kind === 'too many') throw new ChartError(`lookup of ${describeQuery(query)} finds more than ${mostListed}, which is more than a chart may look through; name the one that is meant`);
    if (found.kind === 'too large') throw tooLarge(query);
    const values = found.kind === 'object' ? liveValues(found.object) : { apiVersion: query.apiVersion, kind: `${query.kind}List`, metadata: { resourceVersion: found.resourceVersion }, items: found.items.map((item) => liveValues({ ...item, apiVersion: query.apiVersion, kind: query.kind })) };
    bytes += JSON.stringify(found).length;
    if (bytes > mostBytes) throw tooLarge(query);
    return { found: values, isSecret };
  }

  async function ask(query: LookupQuery, signal: AbortSignal): Promise<LookupAnswer> {
    const type = await typeOf(query, signal);
    const rule = lookupRule(query, type, home);
    if (rule.kind === 'refused') throw new ChartError(rule.message);
    if (type === undefined) {
      // it may come: then another render would see it
      capabilities ??= await readCapabilities(cluster, signal);
      questions = joinQuestions(questions, { ...nothingAsked, has: [`${query.apiVersion}/${query.kind}`] });
    }
    if (rule.kind === 'nothing') return nothing;
    const found = await readLookup(cluster, rule.type, query, { metadataOnly: false, bytes: mostBytes - bytes }, signal);
    // what is refused is watched too: it may come to less
    lookups.push({ query, type: rule.type, version: versionOf(found) });
    return answerOf(query, rule.type, found);
  }

  return {
    capabilities: async (signal) => (capabilities ??= await readCapabilities(cluster, signal)),
    asked: (more) => {
      questions = joinQuestions(questions, more);
    },
    lookup: async (query, signal) => {
      const key = JSON.stringify(query);
      const answer = answers.get(key) ?? (await ask(query, signal));
      answers.set(key, answer);
      return answer;
    },
    consulted: () => ({ questions, answers: hasQuestions(questions) && capabilities !== undefined ? answersTo(questions, capabilities) : '', lookups: [...lookups] }),
  };
}

const nothing: LookupAnswer = { found: {}, isSecret: false };

function tooLarge(query: LookupQuery): ChartError {
  return new ChartError(`lookup of ${describeQuery(query)}, with what was looked up before, is more than ${mostBytes} bytes, which is more than a chart may look through`);
}
