import { writeFile } from 'node:fs/promises';
import { printYaml } from '../../src/lib/yaml-print.ts';
import { customResourceDefinitions, generatedNote } from './crds.ts';

const folder = new URL('../../crds/', import.meta.url);

for (const [name, definition] of customResourceDefinitions()) {
  await writeFile(new URL(name, folder), `${generatedNote}${printYaml(definition)}`);
  console.log(`crds/${name}`);
}
