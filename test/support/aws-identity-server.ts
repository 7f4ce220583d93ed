import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { listenLocally } from './listen-locally.ts';

export interface AwsIdentityServer extends AsyncDisposable {
  readonly url: string;
  /** What was asked for: `GET /credentials`. */
  readonly seen: readonly string[];
}

const metadata = '/latest/meta-data/iam/security-credentials/';

/**
 * What gives a pod or a machine of AWS its identity: the agent of EKS Pod Identity, who takes the token of a pod, and the metadata
 * service of EC2 in its second version.
 * @param keys whose keys it gives, and for which token of a pod
 */
export async function startAwsIdentityServer(keys: { readonly accessKeyId: string; readonly podToken: string }): Promise<AwsIdentityServer> {
  const seen: string[] = [];
  const credentials = { AccessKeyId: keys.accessKeyId, SecretAccessKey: 'machine-secret', Expiration: '2036-01-01T00:00:00Z' };

  function answer({ method, url = '', headers }: IncomingMessage): readonly [number, string] {
    if (url === '/credentials') return headers.authorization === keys.podToken ? [200, JSON.stringify({ ...credentials, Token: 'machine-token' })] : [401, ''];
    if (method === 'PUT' && url === '/latest/api/token') return [200, 'metadata-token'];
    if (headers['x-aws-ec2-metadata-token'] !== 'metadata-token') return [401, ''];
    if (url === metadata) return [200, 'machine-role'];
    return url === `${metadata}machine-role` ? [200, JSON.stringify({ ...credentials, Code: 'Success', Token: 'machine-token' })] : [404, ''];
  }

  const { url, close } = await listenLocally(
    createServer((request: IncomingMessage, response: ServerResponse) => {
      seen.push(`${request.method} ${request.url}`);
      const [status, body] = answer(request);
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    }),
  );
  return { url, seen, [Symbol.asyncDispose]: close };
}
