import { CreateSecretCommand, DeleteSecretCommand, ListSecretsCommand, PutSecretValueCommand, ResourceExistsException, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { AddTagsToResourceCommand, DeleteParameterCommand, DescribeParametersCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { AwsUser } from './moto.ts';

type Tags = Readonly<Record<string, string>>;

/** What another client of AWS does: it fills both services, and looks into them. */
export interface AwsAdmin {
  /** Stores a secret, as text where it is text. Returns the version as a reference names it. */
  readonly storeSecret: (name: string, value: Uint8Array, tags?: Tags) => Promise<string>;
  readonly removeSecret: (name: string) => Promise<void>;
  /** Marks a secret for deletion. */
  readonly scheduleRemoval: (name: string) => Promise<void>;
  readonly storeParameter: (name: string, value: Uint8Array, tags?: Tags) => Promise<string>;
  readonly removeParameter: (name: string) => Promise<void>;
  /** Removes all that there is. */
  readonly clear: () => Promise<void>;
  readonly close: () => void;
}

export function createAwsAdmin(endpoint: string, credentials: AwsUser): AwsAdmin {
  const secrets = new SecretsManagerClient({ endpoint, region: 'eu-central-1', credentials });
  const parameters = new SSMClient({ endpoint, region: 'eu-central-1', credentials });

  async function removeSecret(name: string): Promise<void> {
    await secrets.send(new DeleteSecretCommand({ SecretId: name, ForceDeleteWithoutRecovery: true }));
  }

  async function removeParameter(name: string): Promise<void> {
    await parameters.send(new DeleteParameterCommand({ Name: name }));
  }

  async function clearSecrets(): Promise<void> {
    for (;;) {
      const { SecretList: found = [] } = await secrets.send(new ListSecretsCommand({ IncludePlannedDeletion: true }));
      if (found.length === 0) return;
      for (const { Name: name = '' } of found) await removeSecret(name);
    }
  }

  async function clearParameters(): Promise<void> {
    for (;;) {
      const { Parameters: found = [] } = await parameters.send(new DescribeParametersCommand({ MaxResults: 50 }));
      if (found.length === 0) return;
      for (const { Name: name = '' } of found) await removeParameter(name);
    }
  }

  return {
    storeSecret: async (name, value, tags = {}) => {
      const text = new TextDecoder().decode(value);
      const content = Buffer.from(text).equals(value) ? { SecretString: text } : { SecretBinary: value };
      try {
        const { VersionId: id } = await secrets.send(new CreateSecretCommand({ Name: name, ...content, Tags: listOf(tags) }));
        return `uuid/${id}`;
      } catch (error) {
        if (!(error instanceof ResourceExistsException)) throw error;
        const { VersionId: id } = await secrets.send(new PutSecretValueCommand({ SecretId: name, ...content }));
        return `uuid/${id}`;
      }
    },
    removeSecret,
    scheduleRemoval: async (name) => {
      await secrets.send(new DeleteSecretCommand({ SecretId: name, RecoveryWindowInDays: 7 }));
    },
    storeParameter: async (name, value, tags = {}) => {
      const { Version: version } = await parameters.send(new PutParameterCommand({ Name: name, Value: Buffer.from(value).toString('utf8'), Type: 'String', Overwrite: true }));
      if (Object.keys(tags).length > 0) await parameters.send(new AddTagsToResourceCommand({ ResourceType: 'Parameter', ResourceId: name, Tags: listOf(tags) }));
      return String(version);
    },
    removeParameter,
    clear: async () => {
      await clearSecrets();
      await clearParameters();
    },
    close: () => {
      secrets.destroy();
      parameters.destroy();
    },
  };
}

function listOf(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
