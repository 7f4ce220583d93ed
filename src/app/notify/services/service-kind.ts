import type { z } from 'zod';
import type { Clock } from '../../../lib/clock.ts';
import type { HttpClient } from '../../../lib/http.ts';
import type { SecretBytes } from '../../../lib/secret-bytes.ts';
import type { SecretFile } from '../../../provider/notice-source.ts';
import type { Message, Send } from '../message.ts';

/** What a service sends with. */
export interface SendContext {
  readonly http: HttpClient;
  /** The secret that a file holds, as it is now. @throws ProviderError */
  readonly secret: (reference: SecretFile) => Promise<SecretBytes>;
  readonly clock: Pick<Clock, 'now'>;
}

/** One way to tell somebody. */
export interface ServiceKind<Config> {
  /** `type` of a service. */
  readonly type: string;
  /** Shows the state of a commit, and is told of every change of it; the others tell people of what they want to know. */
  readonly showsState: boolean;
  readonly schema: z.ZodType<Config>;
  /** The secrets that it names, so that a missing one is told at the start. */
  readonly secrets: (config: Config) => readonly SecretFile[];
  /** Whether a message is about something that the service has; absent: always. */
  readonly concerns?: (config: Config, message: Message) => boolean;
  readonly open: (config: Config, context: SendContext) => Send;
}
