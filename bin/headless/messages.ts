/**
 * Prints the messages and the end of a chat. Used by `send`, `chat` and `listen`.
 */

import type { Chat, ChatEnd } from '../../actors/client/open-chat.js';
import type { Output } from './output.js';
import type { Session } from './session.js';
import { protectionFields } from './wording.js';

/** Printed for a line that was too long. */
export const CUT = 'it was longer than 16 KiB: this is its beginning';

/** Records and prints the buddy's messages, until the chat is over. */
export async function printMessages({ output, records }: Session, chat: Chat): Promise<void> {
  const { buddy, address } = chat;
  const protection = protectionFields(chat);
  for await (const { text, cut } of chat) {
    records.write(chat, text, false);
    await output.say('message', { buddy, address, text, ...(cut && { error: CUT }), ...protection });
  }
}

/**
 * Leaves a chat, and resolves when the chat is over. After a stop signal, does not wait for a buddy who does
 * not read.
 */
export async function endChat(chat: Chat, stopped: AbortSignal): Promise<ChatEnd> {
  const onStop = () => void chat.abandon();
  stopped.addEventListener('abort', onStop);
  if (stopped.aborted) onStop();
  await chat.leave();
  stopped.removeEventListener('abort', onStop);
  return chat.closed;
}

/** Prints how a chat ended, and the lines that were never confirmed. */
export async function reportEnd(output: Output, { buddy, address }: Chat, end: ChatEnd): Promise<void> {
  for (const text of end.lost) await output.say('lost', { buddy, text, error: 'never confirmed' });
  await output.say('closed', { buddy, address, error: end.reason });
}
