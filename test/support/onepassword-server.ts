import { createHash } from 'node:crypto';
import type { MoodyServer, ServedAnswer, ServedRequest } from './moody-server.ts';
import { startMoodyServer, unquotable } from './moody-server.ts';

export const connectToken = 'connect-token-of-the-test';

interface Item {
  readonly id: string;
  readonly title: string;
  readonly category: string;
  readonly version: number;
  readonly vault: { readonly id: string };
  readonly tags: readonly string[];
  readonly fields: readonly { readonly id?: string; readonly label: string; readonly value?: string }[];
  readonly files: readonly { readonly id: string; readonly name: string; readonly size: number }[];
  readonly urls?: unknown;
}

export interface OnePasswordServer extends MoodyServer {
  /** Makes an item in the vault `chain`, or puts another in its place. Returns its id. */
  readonly put: (title: string, content: ItemContent) => string;
  readonly take: (title: string) => void;
  /** The token may not read this item. */
  readonly deny: (title: string) => void;
  /** The item as it is kept. */
  readonly kept: (title: string) => Item | undefined;
  /** The vault `chain` goes, with all its items, and another of its name comes, whose id it returns. */
  readonly replaceVault: () => string;
  /** Requests until a write is shown. */
  readonly lag: (requests: number) => void;
  /** Requests in short: `GET /v1/vaults/…/items`. */
  readonly seen: readonly string[];
}

export interface ItemContent {
  readonly fields?: readonly (readonly [label: string, value: string])[];
  readonly files?: readonly (readonly [name: string, content: Uint8Array])[];
  readonly tags?: readonly string[];
  readonly category?: string;
  readonly vault?: string;
}

/** The ids of the vaults that the token sees, by name. */
export const vaultIds = { chain: idOf('vault chain'), common: idOf('vault common') } as const;

function idOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 26);
}

function refusal(status: number): ServedAnswer {
  return { status, body: { status, message: unquotable } };
}

/** A Connect server with two vaults. It knows items by id, filters by title, and refuses items without a category. */
export async function startOnePasswordServer(): Promise<OnePasswordServer> {
  const items = new Map<string, Item>();
  const contents = new Map<string, Uint8Array>();
  const denied = new Set<string>();
  const seen: string[] = [];
  /** What was written and is not shown yet: what is shown instead, and for how many requests more. */
  const hidden = new Map<string, { readonly before: Item | undefined; left: number }>();
  const vaults = new Map<string, string>(Object.entries(vaultIds));
  let lag = 0;

  const shown = (id: string): Item | undefined => (hidden.has(id) ? hidden.get(id)?.before : items.get(id));
  const inVault = (vault: string): readonly Item[] => [...items.keys()].flatMap((id) => shown(id) ?? []).filter((item) => item.vault.id === vault);
  const kept = (title: string): Item | undefined => [...items.values()].find((item) => item.title === title);

  function keep(item: Item): Item {
    if (lag > 0) hidden.set(item.id, { before: shown(item.id), left: lag });
    items.set(item.id, item);
    return item;
  }

  function list(vault: string, filter: string | null): ServedAnswer {
    const title = filter === null ? undefined : /^title eq "([^"]*)"$/.exec(filter)?.[1];
    if (filter !== null && title === undefined) return refusal(400);
    const some = inVault(vault).filter((item) => title === undefined || item.title === title);
    return { body: some.map(({ id, title, category, version, vault: { id: where }, tags }) => ({ id, title, category, version, vault: { id: where }, tags })) };
  }

  function create(vault: string, body: string): ServedAnswer {
    const given = JSON.parse(body) as Partial<Item>;
    if (given.category === undefined || given.vault?.id !== vault) return refusal(400);
    const id = idOf(`item ${items.size} ${given.title ?? ''}`);
    return { body: keep({ title: '', tags: [], fields: [], files: [], ...given, category: given.category, vault: { id: vault }, id, version: 1 }) };
  }

  function itemRequest(id: string, { method, body }: ServedRequest): ServedAnswer {
    const item = shown(id);
    if (item === undefined) return refusal(404);
    if (denied.has(item.title)) return refusal(403);
    if (method === 'GET') return { body: item };
    if (method === 'DELETE') {
      items.delete(id);
      return { status: 204 };
    }
    const given = JSON.parse(body) as Item;
    if (method !== 'PUT' || given.id !== id) return refusal(400);
    return { body: keep({ ...given, version: item.version + 1 }) };
  }

  function serve(request: ServedRequest): ServedAnswer {
    const { method, path, query, headers, body } = request;
    for (const [id, wait] of hidden) if ((wait.left -= 1) < 0) hidden.delete(id);
    if (headers.authorization !== `Bearer ${connectToken}`) return refusal(401);
    if (path === '/v1/vaults') return { body: [...vaults].map(([name, id]) => ({ id, name, type: 'USER_CREATED' })) };
    const [, vault = '', id, file] = /^\/v1\/vaults\/([^/]+)\/items(?:\/([^/]+))?(?:\/files\/([^/]+)\/content)?$/.exec(path) ?? [];
    if (![...vaults.values()].includes(vault)) return refusal(404);
    if (file !== undefined) return contents.has(file) ? { body: contents.get(file) } : refusal(404);
    if (id !== undefined) return itemRequest(id, request);
    return method === 'POST' ? create(vault, body) : list(vault, query.get('filter'));
  }

  const server = await startMoodyServer((request) => {
    seen.push(`${request.method} ${request.path}${request.query.has('filter') ? ` ${request.query.get('filter')}` : ''}`);
    return serve(request);
  });
  return {
    ...server,
    put: (title, { fields = [], files = [], tags = [], category = 'LOGIN', vault = vaultIds.chain }) => {
      const there = kept(title);
      const id = there?.id ?? idOf(`put ${title} in ${vault}`);
      const version = (there?.version ?? 0) + 1;
      const named = files.map(([name, content]) => ({ id: idOf(`file ${id} ${name} ${version}`), name, size: content.length, content }));
      for (const { id: file, content } of named) contents.set(file, content);
      items.set(id, {
        id,
        title,
        category,
        version,
        vault: { id: vault },
        tags,
        fields: fields.map(([label, value], index) => ({ id: `f${index}`, label, value, type: 'CONCEALED' })),
        files: named.map(({ id: file, name, size }) => ({ id: file, name, size })),
        urls: [{ href: 'https://example.com' }],
      });
      return id;
    },
    take: (title) => {
      for (const [id, item] of items) if (item.title === title) items.delete(id);
    },
    deny: (title) => void denied.add(title),
    kept,
    replaceVault: () => {
      const id = idOf('another vault chain');
      vaults.set('chain', id);
      return id;
    },
    lag: (requests) => {
      lag = requests;
    },
    seen,
  };
}
