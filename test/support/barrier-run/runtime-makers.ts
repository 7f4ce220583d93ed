/**
 * What makes a Secret as it runs: a Certificate, an annotated Ingress, something with a connection Secret, a FieldExport, an operator of
 * queues, and Jobs that say so, be they hooks or not.
 */
export const runtimeMakers = ['certificate', 'ingress', 'connection', 'export', 'queue', 'job', 'hook'] as const;
export type RuntimeMaker = (typeof runtimeMakers)[number];

/** Whether something makes it as it runs: its consumers wait for it, and nobody else. */
export function isMadeAtRuntime({ maker }: { readonly maker: string }): boolean {
  return runtimeMakers.some((one) => one === maker);
}
