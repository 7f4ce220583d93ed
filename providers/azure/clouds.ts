/** The clouds that Azure itself runs. */
export type Cloud = 'PublicCloud' | 'USGovernmentCloud' | 'ChinaCloud' | 'GermanCloud';

/** What of one's own stands in the place of a cloud of Azure's: Azure Stack. */
export interface CustomCloud {
  readonly activeDirectoryEndpoint: string;
  readonly keyVaultEndpoint?: string;
  readonly keyVaultDNSSuffix?: string;
}

/** Where the services of a cloud are. None of the addresses ends in a slash. */
export interface CloudEndpoints {
  /** Entra ID, which gives tokens. */
  readonly login: string;
  /** What tokens for the resource manager are for, with the slash that Azure writes. */
  readonly management: string;
  /** What tokens for vaults are for; absent where nobody has said: then a vault may name what its own address proves. */
  readonly vault?: string;
}

const clouds: Readonly<Record<Cloud, CloudEndpoints>> = {
  PublicCloud: { login: 'https://login.microsoftonline.com', management: 'https://management.azure.com/', vault: 'https://vault.azure.net' },
  USGovernmentCloud: { login: 'https://login.microsoftonline.us', management: 'https://management.usgovcloudapi.net/', vault: 'https://vault.usgovcloudapi.net' },
  ChinaCloud: { login: 'https://login.chinacloudapi.cn', management: 'https://management.chinacloudapi.cn/', vault: 'https://vault.azure.cn' },
  GermanCloud: { login: 'https://login.microsoftonline.de', management: 'https://management.microsoftazure.de/', vault: 'https://vault.microsoftazure.de' },
};

/** Where the services of one of Azure's clouds are. */
export function endpointsOf(cloud: Cloud): CloudEndpoints {
  return clouds[cloud];
}

/** Where the services of a cloud of one's own are, as far as vaults need it. */
export function customEndpoints({ activeDirectoryEndpoint, keyVaultEndpoint, keyVaultDNSSuffix }: CustomCloud): CloudEndpoints {
  const vault = keyVaultEndpoint ?? (keyVaultDNSSuffix === undefined ? undefined : `https://${keyVaultDNSSuffix.replace(/^\.+/, '')}`);
  return { login: withoutSlash(activeDirectoryEndpoint), management: '', ...(vault === undefined ? {} : { vault: withoutSlash(vault) }) };
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
