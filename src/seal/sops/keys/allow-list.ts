/**
 * Which services a file may have asked. What stands in a file's metadata was written by whoever writes to the repository: an address that
 * was not allowed beforehand is never asked, so that no token, and no request, goes where a commit says.
 */
export interface AllowList {
  /** Whether this address of a Vault or of a Key Vault may be asked; the address, normalised, where it may. */
  readonly address: (text: string) => string | undefined;
  /** Whether this ARN of a key or a role, or this resource of Google's, may be used. */
  readonly resource: (name: string) => boolean;
  /** Lines that mean nothing, by their number. */
  readonly problems: readonly string[];
}

const resourceLine = /^(arn:aws[\w-]*:(kms|iam):|projects\/)[\w+=,.@:/-]*\*?$/;

/**
 * Reads a list: one a line, `#` before a comment. `https://vault.example.com:8200` is a Vault or a Key Vault, exactly that one;
 * `arn:aws:kms:eu-west-1:111122223333:key/…`, `arn:aws:iam::111122223333:role/…` and `projects/…/cryptoKeys/…` are resources, and may end
 * in `*` for all that begin so.
 */
export function readAllowList(text: string): AllowList {
  const addresses = new Set<string>();
  const exact = new Set<string>();
  const prefixes: string[] = [];
  const problems: string[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const address = normalised(line);
    if (address !== undefined) addresses.add(address);
    else if (!resourceLine.test(line)) problems.push(`line ${index + 1} is neither an https address, an ARN of a KMS key or a role, nor projects/…`);
    else if (line.endsWith('*')) prefixes.push(line.slice(0, -1));
    else exact.add(line);
  }
  return {
    address: (given) => {
      const one = normalised(given);
      return one !== undefined && addresses.has(one) ? one : undefined;
    },
    resource: (name) => !name.includes('..') && (exact.has(name) || prefixes.some((prefix) => name.startsWith(prefix))),
    problems,
  };
}

/** Scheme, host, port and path without a slash at its end; undefined for what is no plain address. */
function normalised(text: string): string | undefined {
  const url = /^https?:\/\//.test(text) ? URL.parse(text) : null;
  if (url === null || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return undefined;
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}
