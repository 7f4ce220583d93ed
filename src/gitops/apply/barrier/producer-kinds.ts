import { parseExternalSecret } from '../../../api/external-secret.ts';
import type { KubeObject } from '../../../api/object.ts';
import { isExternalSecretsKind } from '../../../api/parse-kind.ts';
import { isSealedSecret, parseSealedSecret } from '../../../api/sealed-secret.ts';
import type { ResourceType } from '../../../kube/port.ts';
import { externalSecretType, sealedSecretType } from '../../../kube/resource-types.ts';
import { type Currency, currencyOf, type SecretView } from '../../../secret/currency.ts';
import { targetName } from '../../../secret/provides.ts';
import { sealedCurrencyOf } from '../../../secret/sealed-currency.ts';

/** A kind whose objects make Secrets, and say in their status how far they are. */
export interface ProducerKind {
  readonly type: ResourceType;
  readonly isOne: (object: { readonly apiVersion: string; readonly kind: string }) => boolean;
  /** The name of the Secret that one makes; undefined for a manifest that does not parse, which the plan has refused. */
  readonly target: (object: KubeObject) => string | undefined;
  /** Whether that Secret is there and current; undefined for an object that does not parse. */
  readonly currency: (live: KubeObject, secret: SecretView | undefined) => Currency | undefined;
}

/** A Secret that stands in Git itself, encrypted, is none of them: it is there and current once it is applied. */
export const producerKinds: readonly ProducerKind[] = [
  {
    type: externalSecretType,
    isOne: (object) => isExternalSecretsKind(object, externalSecretType.kind),
    target: (object) => {
      const parsed = parseExternalSecret(object);
      return parsed.ok ? targetName(parsed.value) : undefined;
    },
    currency: (live, secret) => {
      const parsed = parseExternalSecret(live);
      return parsed.ok ? currencyOf(parsed.value, secret) : undefined;
    },
  },
  {
    type: sealedSecretType,
    isOne: isSealedSecret,
    target: ({ metadata }) => metadata.name,
    currency: (live, secret) => {
      const parsed = parseSealedSecret(live);
      return parsed.ok ? sealedCurrencyOf(parsed.value, secret) : undefined;
    },
  },
];
