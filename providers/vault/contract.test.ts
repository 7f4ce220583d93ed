import { vaultContractExemptions } from '../../test/contract/vault-exemptions.ts';
import { type ProviderBench, providerContract } from '../../test/contract/provider.contract.ts';
import { openVaultBench } from '../../test/support/vault-bench.ts';

// the same clauses hold against a real Vault: test/conformance/provider-vault.test.ts
for (const version of ['v2', 'v1'] as const) {
  providerContract(`vault, version ${version},`, (): Promise<ProviderBench> => openVaultBench(version), vaultContractExemptions(version));
}
