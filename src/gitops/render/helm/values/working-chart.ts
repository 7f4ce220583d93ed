import type { Chart, ChartDependency, ChartMetadata, ChartValues } from '../chart.ts';
import { showDependency } from '../load/show-dependency.ts';
import { isInRange } from './compatible-range.ts';

/** An entry of `dependencies` while it is decided on. An alias becomes its name. */
export interface WorkingDependency {
  name: string;
  isEnabled: boolean;
  importValues: ChartDependency['importValues'];
  readonly declared: ChartDependency;
}

/** What Chart.yaml says, while it is decided on. Copies of a chart may share it, as they do in Helm. */
interface WorkingMetadata {
  name: string;
  readonly version: string;
  /** Undefined where Chart.yaml has no list, or where none of its entries is left. */
  dependencies: readonly WorkingDependency[] | undefined;
}

/** A chart while it is decided which of its dependencies take part. Everything that is decided is written here; the chart it came from stays as it is. */
export class WorkingChart {
  values: ChartValues;
  dependencies: readonly WorkingChart[];
  readonly metadata: WorkingMetadata;
  readonly #source: Chart;

  private constructor(source: Chart, metadata: WorkingMetadata, parts: { readonly values: ChartValues; readonly dependencies: readonly WorkingChart[] }) {
    this.#source = source;
    this.metadata = metadata;
    this.values = parts.values;
    this.dependencies = parts.dependencies;
  }

  static of(chart: Chart): WorkingChart {
    const { name, version, dependencies, declaresDependencies } = chart.metadata;
    const working = dependencies.map((declared) => ({ name: declared.name, isEnabled: false, importValues: declared.importValues, declared }));
    const metadata = { name, version, dependencies: declaresDependencies ? working : undefined };
    return new WorkingChart(chart, metadata, { values: chart.values, dependencies: chart.dependencies.map((child) => WorkingChart.of(child)) });
  }

  get name(): string {
    return this.metadata.name;
  }

  meets({ name, declared }: WorkingDependency): boolean {
    return this.name === name && isInRange(declared.version, this.metadata.version);
  }

  /** A copy that takes part under a name of its own. Its dependencies are copies as well, but what their Chart.yaml says is shared. */
  aliased(alias: string): WorkingChart {
    const metadata = { ...this.metadata, name: alias === '' ? this.name : alias, dependencies: this.metadata.dependencies?.map((dependency) => ({ ...dependency })) };
    return new WorkingChart(this.#source, metadata, { values: this.values, dependencies: this.dependencies.map((child) => child.#shallow()) });
  }

  #shallow(): WorkingChart {
    return new WorkingChart(this.#source, this.metadata, { values: this.values, dependencies: this.dependencies });
  }

  /** What has been decided, as a chart. */
  toChart(): Chart {
    const dependencies = this.dependencies.map((child) => child.toChart());
    return { ...this.#source, metadata: this.#toMetadata(), values: this.values, dependencies };
  }

  #toMetadata(): ChartMetadata {
    const kept = this.metadata.dependencies ?? [];
    const decided = kept.map(({ name, isEnabled, importValues, declared }) => ({ isEnabled, dependency: { ...declared, name, importValues } }));
    return {
      ...this.#source.metadata,
      name: this.name,
      dependencies: decided.map(({ dependency }) => dependency),
      shown: { ...this.#source.metadata.shown, Name: this.name, Dependencies: decided.map(({ dependency, isEnabled }) => showDependency(dependency, isEnabled)) },
    };
  }
}
