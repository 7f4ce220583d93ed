import { z } from 'zod';
import { type HealthStatus, healthStatus, type ResourceStatus, resourceStatus } from './application-status.ts';

/** The status of an ApplicationSet, field by field as Argo CD writes it. Times are RFC 3339 to the second. */
export interface ApplicationSetStatus {
  /** Sorted by type. */
  readonly conditions?: readonly ApplicationSetCondition[];
  /** Its Applications, sorted by name; no more than fit into an object. */
  readonly resources?: readonly ResourceStatus[];
  /** How many Applications there are, listed or not. */
  readonly resourcesCount?: number;
  readonly health?: HealthStatus;
}

/** The condition types that Argo CD knows and we write. */
export type ApplicationSetConditionType = 'ErrorOccurred' | 'ParametersGenerated' | 'ResourcesUpToDate';

export interface ApplicationSetCondition {
  /** One of `ApplicationSetConditionType`, or what another writer left. */
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime?: string;
}

/** Argo CD's reasons, as far as they are ours. */
export const applicationSetReasons = {
  upToDate: 'ApplicationSetUpToDate',
  parametersGenerated: 'ParametersGenerated',
  error: 'ErrorOccurred',
  parameters: 'ApplicationGenerationFromParamsError',
  template: 'RenderTemplateParamsError',
  validation: 'ApplicationValidationError',
  create: 'CreateApplicationError',
  update: 'UpdateApplicationError',
  delete: 'DeleteApplicationError',
} as const;

/** `status` of an ApplicationSet. */
export const applicationSetStatus: z.ZodType<ApplicationSetStatus> = z.object({
  conditions: z
    .array(
      z.object({
        type: z.string(),
        status: z.enum(['True', 'False', 'Unknown']),
        reason: z.string(),
        message: z.string(),
        lastTransitionTime: z.string().meta({ format: 'date-time' }).exactOptional(),
      }),
    )
    .exactOptional(),
  resources: z.array(resourceStatus).exactOptional(),
  resourcesCount: z.int().exactOptional(),
  health: healthStatus.exactOptional(),
});
