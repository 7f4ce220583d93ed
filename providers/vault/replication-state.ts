/** How far a cluster was when it wrote: `v1:cluster:local:replicated:signature`, in base64. */
interface Position {
  readonly cluster: string;
  readonly local: number;
  readonly replicated: number;
}

/**
 * What Vault said about how far its cluster was with the last write, to be shown with every request after it: a node that is behind
 * then says so, and does not answer with what was there before.
 */
export class ReplicationState {
  #last: string | undefined;

  /** Notes the header `X-Vault-Index` of an answer. Answers may overtake one another: one that is older counts for nothing. */
  note(header: string | undefined): void {
    if (header === undefined || header === '') return;
    if (this.#last === undefined || !isBehind(header, this.#last)) this.#last = header;
  }

  /** The header of the next request; undefined where nothing was written. */
  get header(): string | undefined {
    return this.#last;
  }
}

function isBehind(one: string, other: string): boolean {
  const [a, b] = [positionOf(one), positionOf(other)];
  return a !== undefined && b !== undefined && a.cluster === b.cluster && a.local <= b.local && a.replicated <= b.replicated;
}

function positionOf(header: string): Position | undefined {
  const [version, cluster = '', local, replicated] = Buffer.from(header, 'base64').toString('utf8').split(':');
  const position = { cluster, local: Number(local), replicated: Number(replicated) };
  return version === 'v1' && Number.isSafeInteger(position.local) && Number.isSafeInteger(position.replicated) ? position : undefined;
}
