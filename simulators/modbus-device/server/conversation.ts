import type { Reply } from "./reply.ts";

/** What one client's line remembers. */
export interface Conversation {
  /** Go out before the answer to the next request. */
  readonly late: Reply[];
  /** Go out after the answer to the next request. */
  readonly overtaken: Reply[];
  /** The honest answer before. */
  previous: Buffer | undefined;
}

export const newConversation = (): Conversation => ({ late: [], overtaken: [], previous: undefined });
