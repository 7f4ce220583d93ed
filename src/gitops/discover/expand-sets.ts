import { formatKey } from '../../api/object.ts';
import { GenerationError } from '../generate/generation-error.ts';
import { generateApplications, type GeneratedApplication } from '../generate/generate-applications.ts';
import type { Origin, Problem } from '../plan/plan.ts';
import type { Resolver } from '../source/resolver.ts';
import type { DiscoveredApplication, DiscoveredSet, Discovery } from './discover.ts';

/** The same ApplicationSet renders the same for the same repository, whatever the time. */
const noTime = (): number => 0;

/** Adds the Applications that ApplicationSets render, each with the place of its ApplicationSet; what fails is a problem there. */
export async function expandSets(discovery: Discovery, resolver: Pick<Resolver, 'resolve'>, signal: AbortSignal): Promise<Discovery> {
  if (discovery.sets.length === 0) return discovery;
  const problems = [...discovery.problems];
  const applications = new Map(discovery.applications.map((one) => [formatKey(one.object.metadata), one]));
  for (const found of discovery.sets) {
    for (const generated of await applicationsOf(found, resolver, problems, signal)) {
      const one = discovered(generated, found);
      const key = formatKey(one.object.metadata);
      const rival = applications.get(key);
      if (rival === undefined) applications.set(key, one);
      else problems.push({ severity: 'error', message: `${generated.from} renders Application ${key}, which stands at ${place(rival)} already`, path: 'spec.template.metadata.name', origin: originAt(found, 'spec.template.metadata.name') });
    }
  }
  return { ...discovery, applications: [...applications].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one), problems };
}

async function applicationsOf(found: DiscoveredSet, resolver: Pick<Resolver, 'resolve'>, problems: Problem[], signal: AbortSignal): Promise<readonly GeneratedApplication[]> {
  const tell = ({ path, message }: GenerationError): void => void problems.push({ severity: 'error', message: `ApplicationSet ${found.set.metadata.name}: ${message}`, path, origin: originAt(found, path) });
  try {
    const { applications, refused } = await generateApplications(found.set, { readTree: resolver.resolve, now: noTime }, signal);
    refused.forEach(tell);
    return applications;
  } catch (error) {
    if (!(error instanceof GenerationError)) throw error;
    tell(error);
    return [];
  }
}

/** Fields of a generated Application stand in the template. */
function discovered({ application, object }: GeneratedApplication, generatedBy: DiscoveredSet): DiscoveredApplication {
  const { origin, lineOf } = generatedBy;
  return { application, object, origin, generatedBy, lineOf: (path) => lineOf(path === '' ? '' : `spec.template.${path}`) };
}

function originAt({ origin, lineOf }: DiscoveredSet, path: string): Origin {
  return { file: origin.file, line: lineOf(path) };
}

function place({ origin }: DiscoveredApplication): string {
  return `${origin.file}:${origin.line}`;
}
