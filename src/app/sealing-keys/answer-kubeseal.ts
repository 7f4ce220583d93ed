import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { isSealedSecret } from '../../api/sealed-secret.ts';
import { openAll } from '../../controllers/sealed-secret/unseal.ts';
import { parseYaml } from '../../lib/yaml.ts';
import { YamlError } from '../../lib/yaml-error.ts';
import { sealValue } from '../../seal/ciphertext.ts';
import { labelOf, scopeOf } from '../../seal/scope.ts';
import type { SealingData } from '../../server/sealing/sealing-server.ts';
import type { KeyStore } from './key-store.ts';

/** Values of one document; a thousand RSA operations take seconds. */
const mostValues = 256;

const document = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().exactOptional(), annotations: z.record(z.string(), z.string()).nullish() }),
  spec: z.looseObject({ encryptedData: z.record(z.string(), z.string()) }),
});

interface Question {
  /** The document as it came. */
  readonly object: z.output<typeof document>;
  readonly label: Buffer;
}

/**
 * Answers what kubeseal asks. Each value is looked at by itself under the one label that the document's own metadata says: name,
 * namespace and scope annotation. Nothing is taken from the template, and nothing of it is rendered. So a document that claims another
 * name or a wider scope than its values were sealed for fails (CVE-2026-22728), and a template that lies beside somebody else's value is
 * never asked what it thinks of it.
 */
export function answerKubeseal(keys: Pick<KeyStore, 'ring' | 'current'>): Pick<SealingData, 'certificate' | 'verify' | 'rotate'> {
  return {
    certificate: () => keys.current()?.certificate.pem,
    verify: async (body, signal) => {
      const question = readQuestion(body);
      if (question === undefined) return false;
      const { failed } = await openAll(question.object.spec.encryptedData, question.label, keys.ring(), signal);
      return failed.length === 0;
    },
    rotate: async (body, signal) => {
      const question = readQuestion(body);
      const key = keys.current();
      if (question === undefined || key === undefined) return undefined;
      const { object, label } = question;
      const { values, failed } = await openAll(object.spec.encryptedData, label, keys.ring(), signal);
      if (failed.length > 0) return undefined;
      const sealed = Object.keys(object.spec.encryptedData).flatMap((name) => {
        const value = values.get(name);
        return value === undefined ? [] : [[name, Buffer.from(sealValue(value, { key: key.certificate.publicKey, label, randomBytes })).toString('base64')] as const];
      });
      return `${JSON.stringify({ ...object, spec: { ...object.spec, encryptedData: Object.fromEntries(sealed) } })}\n`;
    },
  };
}

/** Reads one SealedSecret, YAML or JSON; undefined for anything else, be it what it may. */
function readQuestion(body: Buffer): Question | undefined {
  try {
    const documents = parseYaml(body, { documents: 1 });
    const found = document.safeParse(documents[0]?.value);
    if (!found.success || !isSealedSecret(found.data)) return undefined;
    const { metadata, spec } = found.data;
    const scope = scopeOf(metadata.annotations ?? {});
    if (metadata.namespace === undefined && scope !== 'cluster-wide') return undefined;
    const count = Object.keys(spec.encryptedData).length;
    if (count === 0 || count > mostValues || typeof spec['data'] === 'string') return undefined;
    return { object: found.data, label: labelOf({ scope, namespace: metadata.namespace ?? '', name: metadata.name }) };
  } catch (error) {
    if (error instanceof YamlError) return undefined;
    throw error;
  }
}
