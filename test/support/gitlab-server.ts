import type { MoodyServer, ServedAnswer, ServedRequest } from './moody-server.ts';
import { startMoodyServer } from './moody-server.ts';

export const gitlabToken = 'glpat-token-of-the-test';

interface Kept {
  readonly key: string;
  readonly value: string | null;
  readonly environment_scope: string;
  readonly hidden?: boolean;
}

export interface GitlabServer extends MoodyServer {
  /** Sets a variable of `projects/7`, or of another owner: `groups/11`. */
  readonly set: (key: string, value: string, more?: { readonly owner?: string; readonly scope?: string }) => void;
  readonly take: (key: string, owner?: string) => void;
  readonly hide: (key: string) => void;
  /** The token may not see this owner's variables. */
  readonly forbid: (owner: string) => void;
  /** Something that happens between two pages of a list. */
  readonly onPage: (act: ((page: number) => void) | undefined) => void;
  /** Requests in short: `GET /projects/7/variables page 1`. */
  readonly seen: readonly string[];
}

const notFound = (what: string): ServedAnswer => ({ status: 404, body: { message: `404 ${what} Not Found` } });

/** GitLab's API of variables: the project 7 in the groups 11 and, within that, 12. It pages by what is asked for, and never gives more than 100. */
export async function startGitlabServer(): Promise<GitlabServer> {
  const owners = new Map<string, Kept[]>([['projects/7', []], ['groups/11', []], ['groups/12', []]]);
  const forbidden = new Set<string>();
  const seen: string[] = [];
  let onPage: ((page: number) => void) | undefined;

  function one(kept: readonly Kept[], key: string, scope: string | null): ServedAnswer {
    const found = kept.filter((variable) => variable.key === key && (scope === null || variable.environment_scope === scope));
    if (found.length > 1) return { status: 409, body: { message: "There are multiple variables with provided parameters. Please use 'filter[environment_scope]'" } };
    return found[0] === undefined ? notFound('Variable') : { body: found[0] };
  }

  function pageOf(kept: readonly unknown[], query: URLSearchParams): ServedAnswer {
    const size = Math.min(Number(query.get('per_page') ?? '20'), 100);
    const page = Number(query.get('page') ?? '1');
    const hasNext = kept.length > page * size;
    const headers = { 'x-next-page': hasNext ? String(page + 1) : '', 'x-page': String(page), 'x-total': String(kept.length) };
    return { headers, body: kept.slice((page - 1) * size, page * size) };
  }

  function serve({ method, path, query, headers }: ServedRequest): ServedAnswer {
    if (headers['private-token'] !== gitlabToken) return { status: 401, body: { message: '401 Unauthorized' } };
    const [, kind = '', id = '', what = '', key] = /^\/api\/v4\/(projects|groups)\/([^/]+)\/([^/]+)(?:\/([^/]+))?$/.exec(path) ?? [];
    const owner = `${kind}/${decodeURIComponent(id)}`;
    const kept = owners.get(owner);
    seen.push(`${method} /${owner}/${what}${key === undefined ? '' : `/${key}`}${query.has('page') ? ` page ${query.get('page')}` : ''}${query.has('filter[environment_scope]') ? ` in ${query.get('filter[environment_scope]')}` : ''}`);
    if (kept === undefined || method !== 'GET') return notFound(kind === 'groups' ? 'Group' : 'Project');
    if (forbidden.has(owner)) return { status: 403, body: { message: '403 Forbidden' } };
    if (what === 'groups') return pageOf([{ id: 12, full_path: 'acme/chain', name: 'chain' }, { id: 11, full_path: 'acme', name: 'acme' }], query);
    if (what !== 'variables') return notFound('Page');
    if (key !== undefined) return one(kept, decodeURIComponent(key), query.get('filter[environment_scope]'));
    const answer = pageOf(kept, query);
    onPage?.(Number(query.get('page') ?? '1'));
    return answer;
  }

  const server = await startMoodyServer(serve);
  const keptBy = (owner: string): Kept[] => owners.get(owner) ?? [];
  return {
    ...server,
    set: (key, value, { owner = 'projects/7', scope = '*' } = {}) => {
      const others = keptBy(owner).filter((variable) => variable.key !== key || variable.environment_scope !== scope);
      owners.set(owner, [...others, { key, value, environment_scope: scope }]);
    },
    take: (key, owner = 'projects/7') => void owners.set(owner, keptBy(owner).filter((variable) => variable.key !== key)),
    hide: (key) => void owners.set('projects/7', keptBy('projects/7').map((variable) => (variable.key === key ? { ...variable, value: null, hidden: true } : variable))),
    forbid: (owner) => void forbidden.add(owner),
    onPage: (act) => {
      onPage = act;
    },
    seen,
  };
}
