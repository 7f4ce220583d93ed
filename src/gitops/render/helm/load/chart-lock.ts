import { Moment } from '../../../../template/time/moment.ts';
import { readTime } from '../../../../template/time/parse-time.ts';
import type { ChartLock } from '../chart.ts';
import { readChartYaml } from './chart-yaml.ts';
import { ChartError } from './chart-error.ts';
import { readDependencies } from './metadata-fields.ts';
import { fieldsOf, textField } from './typed-field.ts';

/** Chart.lock, or requirements.lock of a chart of v1. @throws ChartError */
export function readLock(text: Uint8Array, file: string): ChartLock | undefined {
  const data = readChartYaml(text);
  // Go reads null into a pointer, which is then nil
  if (data === undefined || data === null) return undefined;
  const fields = fieldsOf(data, ['generated', 'digest', 'dependencies'], file);
  const generated = fields.get('generated');
  if (generated !== undefined && !isTime(typeof generated === 'string' ? generated : '')) throw new ChartError(`${file}: generated must be a time (RFC 3339)`);
  const dependencies = fields.get('dependencies');
  return {
    digest: textField(fields.get('digest') ?? null, `${file}: digest`),
    dependencies: (dependencies === undefined ? [] : readDependencies(dependencies, `${file}: dependencies`)).flatMap((dependency) =>
      dependency === null ? [] : [{ name: dependency.name, version: dependency.version, repository: dependency.repository }],
    ),
  };
}

function isTime(text: string): boolean {
  return readTime('2006-01-02T15:04:05Z07:00', text) instanceof Moment;
}
