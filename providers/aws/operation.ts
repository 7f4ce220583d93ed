/** One kind of call, in the words that messages about it have. */
export interface AwsOperation {
  /** `AWS Secrets Manager`. */
  readonly service: string;
  /** What it is about: `secret`, `parameter`. */
  readonly noun: string;
  /** What happens where the identity may not do this. */
  readonly denied: string;
  /** What to allow it then. */
  readonly allow: string;
  /** What to check where what is asked for cannot be right. */
  readonly check: string;
  /** What to check where the identity itself is not taken. */
  readonly credentials: string;
}

const ofKeys = 'check the Secret that auth.secretRef names';
const allow = 'allow it to the identity of auth and role';
const ofSession = 'check auth and role';

export const readingSecret: AwsOperation = {
  service: 'AWS Secrets Manager',
  noun: 'secret',
  denied: 'AWS denies reading the secret',
  allow: 'allow secretsmanager:GetSecretValue on it and kms:Decrypt on its key',
  check: 'check key and version',
  credentials: ofKeys,
};

export const readingParameter: AwsOperation = {
  service: 'AWS Parameter Store',
  noun: 'parameter',
  denied: 'AWS denies reading the parameter',
  allow: 'allow ssm:GetParameter on it and kms:Decrypt on its key',
  check: 'check key and version',
  credentials: ofKeys,
};

/** The words for a search, or for what is known of a value besides itself. @param action what the identity must be allowed: `secretsmanager:ListSecrets` */
export function searching(reading: AwsOperation, action: string): AwsOperation {
  return { ...reading, denied: `AWS denies ${action}`, allow, check: 'check key, path and tags' };
}

/** The words for a call that changes something. @param action what the identity must be allowed: `secretsmanager:PutSecretValue` */
export function writing(reading: AwsOperation, action: string): AwsOperation {
  return { ...reading, denied: `AWS denies ${action}`, allow, check: 'check name, value and metadata' };
}

/** The words where the keys are those of a session. */
export function inSession(operation: AwsOperation): AwsOperation {
  return { ...operation, credentials: ofSession };
}
