import { request } from 'node:https';
import { z } from 'zod';
import type { ControlPlaneFacts } from './parts/control-plane.ts';

export interface ApiAnswer {
  readonly status: number;
  /** Parsed JSON. */
  readonly body: unknown;
}

export interface ApiQuestion {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its query, from the root. */
  readonly path: string;
  readonly body?: unknown;
  /** Of the body; JSON unless told. */
  readonly contentType?: string;
  readonly accept?: string;
}

/** One plain HTTPS request to a real API server, as the admin: what it answers, without a client of ours in between. */
export function askApiServer({ server, ca, adminToken }: Pick<ControlPlaneFacts, 'server' | 'ca' | 'adminToken'>, question: ApiQuestion): Promise<ApiAnswer> {
  const { method, path, body, contentType = 'application/json', accept = 'application/json' } = question;
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${adminToken}`, accept, 'content-type': contentType };
    const sent = request(`${server}${path}`, { method, ca, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: z.unknown().parse(JSON.parse(text)) }));
    });
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
