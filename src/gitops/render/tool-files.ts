/** Files that make a folder something else than plain manifests, as Argo CD detects tools. */
const chartFile = 'Chart.yaml';
export const kustomizationFiles: readonly string[] = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** Whether a file makes its folder a chart. */
export function isChartFile(file: string): boolean {
  return file === chartFile || file.endsWith(`/${chartFile}`);
}

/** Whether a file makes `folder` a chart or a kustomization. Both are relative to the repository's root. */
export function isToolFile(file: string, folder: string): boolean {
  const name = folder === '' ? file : file.startsWith(`${folder}/`) ? file.slice(folder.length + 1) : '';
  return name === chartFile || kustomizationFiles.includes(name);
}
