/** Variables of the SDK's own that count here, too: it is not left to look for them, for it would go on to the files of the machine. */
const [fipsVariable, dualStackVariable, endpointVariable] = ['AWS_USE_FIPS_ENDPOINT', 'AWS_USE_DUALSTACK_ENDPOINT', 'AWS_ENDPOINT_URL'] as const;

/** Upstream's names of the variables that send a service elsewhere, and those that the SDK has. */
const endpointVariables = {
  secretsManager: ['AWS_SECRETSMANAGER_ENDPOINT', 'AWS_ENDPOINT_URL_SECRETS_MANAGER'],
  parameterStore: ['AWS_SSM_ENDPOINT', 'AWS_ENDPOINT_URL_SSM'],
  sts: ['AWS_STS_ENDPOINT', 'AWS_ENDPOINT_URL_STS'],
  privateRegistry: ['AWS_ECR_ENDPOINT', 'AWS_ENDPOINT_URL_ECR'],
  publicRegistry: ['AWS_ECR_PUBLIC_ENDPOINT', 'AWS_ENDPOINT_URL_ECR_PUBLIC'],
} as const;

type AwsService = keyof typeof endpointVariables;

/** What the SDK would otherwise look for in the environment, in the files of the machine, and at its metadata service. */
export interface SdkSettings {
  /** Where requests go instead of to AWS. */
  readonly endpoint?: string;
  readonly useFipsEndpoint: boolean;
  readonly useDualstackEndpoint: boolean;
  readonly maxAttempts: number;
  readonly retryMode: string;
  readonly defaultsMode: 'standard';
  readonly authSchemePreference: string[];
  readonly sigv4aSigningRegionSet: string[];
  readonly userAgentAppId: string;
  readonly disableClockSkewCorrection: boolean;
  readonly ignoreConfiguredEndpointUrls: boolean;
}

/** The variables that decide how services are asked. */
export function settingVariables(services: readonly AwsService[]): readonly string[] {
  return [fipsVariable, dualStackVariable, endpointVariable, ...services.flatMap((service) => endpointVariables[service])];
}

/**
 * What a client of the SDK is made with, beside region and keys: whose keys a store names reads nothing of the machine's own.
 * The SDK repeats nothing: the planner holds back and the queues back off, for all consumers together.
 */
export function sdkSettings(service: AwsService, environment: ReadonlyMap<string, string>): SdkSettings {
  const endpoint = [...endpointVariables[service], endpointVariable].map((name) => environment.get(name)).find((url) => url !== undefined && url !== '');
  return { ...settingsWithout(environment), ...(endpoint === undefined ? {} : { endpoint }) };
}

/** Those of a client whose endpoint is known. */
export function settingsAt(endpoint: string): SdkSettings {
  return { ...settingsWithout(new Map()), endpoint };
}

function settingsWithout(environment: ReadonlyMap<string, string>): SdkSettings {
  const isOn = (name: string): boolean => environment.get(name)?.toLowerCase() === 'true';
  return {
    useFipsEndpoint: isOn(fipsVariable),
    useDualstackEndpoint: isOn(dualStackVariable),
    maxAttempts: 1,
    retryMode: 'standard',
    defaultsMode: 'standard',
    authSchemePreference: [],
    sigv4aSigningRegionSet: [],
    userAgentAppId: '',
    disableClockSkewCorrection: false,
    ignoreConfiguredEndpointUrls: true,
  };
}
