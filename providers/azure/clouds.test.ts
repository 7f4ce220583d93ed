import { describe, expect, it } from 'vitest';
import { customEndpoints, endpointsOf } from './clouds.ts';

describe('the endpoints of a cloud', () => {
  it.each([
    ['PublicCloud', 'https://login.microsoftonline.com', 'https://vault.azure.net', 'https://management.azure.com/'],
    ['USGovernmentCloud', 'https://login.microsoftonline.us', 'https://vault.usgovcloudapi.net', 'https://management.usgovcloudapi.net/'],
    ['ChinaCloud', 'https://login.chinacloudapi.cn', 'https://vault.azure.cn', 'https://management.chinacloudapi.cn/'],
    ['GermanCloud', 'https://login.microsoftonline.de', 'https://vault.microsoftazure.de', 'https://management.microsoftazure.de/'],
  ] as const)('%s are its own', (cloud, login, vault, management) => {
    expect(endpointsOf(cloud)).toEqual({ login, vault, management });
  });

  it.each([
    [{}, undefined],
    [{ keyVaultEndpoint: 'https://vault.stack.example/' }, 'https://vault.stack.example'],
    [{ keyVaultDNSSuffix: '.vault.stack.example' }, 'https://vault.stack.example'],
    [{ keyVaultDNSSuffix: 'suffix.example', keyVaultEndpoint: 'https://endpoint.example' }, 'https://endpoint.example'],
  ])('of one’s own with %j', (said, vault) => {
    expect(customEndpoints({ activeDirectoryEndpoint: 'https://login.stack.example/', ...said })).toEqual({ login: 'https://login.stack.example', management: '', ...(vault === undefined ? {} : { vault }) });
  });
});
