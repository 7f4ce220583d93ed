import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { KubeObject } from '../../src/api/object.ts';
import { parseYaml } from '../../src/lib/yaml.ts';

const kubeObject = z.looseObject({ apiVersion: z.string(), kind: z.string(), metadata: z.looseObject({ name: z.string() }) });

/** The one object of a file under `crds/`, e.g. `examples/externalsecret.yaml`. */
export function readCrdFile(name: string): KubeObject {
  const [document] = parseYaml(readFileSync(new URL(`../../crds/${name}`, import.meta.url)));
  return kubeObject.parse(document?.value);
}

/** An example of `crds/examples/`. */
export function readExample(name: string): KubeObject {
  return readCrdFile(`examples/${name}`);
}
