import { ChartError } from '../../../src/gitops/render/helm/load/chart-error.ts';
import { readValuesText } from '../../../src/gitops/render/helm/values/read-values.ts';
import { setFileValues, setJsonValue, setLiteralValue, setStringValue, setValue } from '../../../src/gitops/render/helm/values/set-values.ts';
import type { ChartValues } from '../../../src/gitops/render/helm/chart.ts';
import { coalesceValues } from '../../../src/gitops/render/helm/values/coalesce-values.ts';
import { chartFiles } from './helm-runs.ts';
import { yamlOf } from './our-dumps.ts';
import type { SetCase } from './set-cases.ts';

const setters: Readonly<Record<SetCase['flag'], (values: ChartValues, text: string) => ChartValues>> = {
  '--set': setValue,
  '--set-string': setStringValue,
  '--set-json': setJsonValue,
  '--set-literal': setLiteralValue,
  '--set-file': (values, text) => setFileValues(values, text, readFile),
};

/** FILE stands for a file that is there. */
function readFile(path: string): Uint8Array {
  if (path !== 'FILE') throw new ChartError('there is no such file');
  return chartFiles({ FILE: 'of the file\n' })[0]?.data ?? new Uint8Array(0);
}

/** What values come to with a flag of helm's: as `toYaml` prints them, or `refused`. */
export function ourSet(start: string, flag: SetCase['flag'], text: string): string {
  try {
    const values = setters[flag](readValuesText(Buffer.from(start), 'values'), text);
    const metadata = { apiVersion: 'v2', name: 'c', version: '1.0.0', type: 'application', appVersion: '', kubeVersion: '', deprecated: false, dependencies: [], declaresDependencies: false, shown: {} } as const;
    return yamlOf(coalesceValues({ metadata, values: {}, templates: [], files: [], crds: [], dependencies: [] }, values)).trimEnd();
  } catch (error) {
    if (error instanceof ChartError) return 'refused';
    throw error;
  }
}
