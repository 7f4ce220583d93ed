import { awsScene, azureScene, gcpScene, kubernetesScene, vaultScene } from './provider-fault-clouds.ts';
import type { FaultScene } from './provider-fault-lane.ts';
import { dopplerScene, gitlabScene, infisicalScene, onepasswordScene, webhookScene } from './provider-fault-services.ts';

/** The adapters of clouds and of what stands in one's own, each with its real SDK or client. */
export function cloudScenes(): readonly FaultScene[] {
  return [awsScene('SecretsManager'), awsScene('ParameterStore'), gcpScene(), azureScene(), vaultScene, kubernetesScene];
}

/** The adapters of other services, likewise. */
export function serviceScenes(): readonly FaultScene[] {
  return [dopplerScene(), gitlabScene, infisicalScene, onepasswordScene, webhookScene];
}
