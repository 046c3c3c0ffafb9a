/**
 * The headless commands that call a buddy: send and chat.
 */

import { ClientError } from '../../actors/client/client-error.js';
import type { Chat } from '../../actors/client/open-chat.js';
import { EXIT } from '../command-line.js';
import { HEADLESS_EXIT } from './exit-codes.js';
import { LineInput } from './line-input.js';
import { CUT, printMessages, tellEnd } from './messages.js';
import { type Session, unlessStopped } from './session.js';

/** Sends one text, or without it each line of standard input, and leaves. */
export async function send(session: Session, buddy: string, text: string | undefined): Promise<number> {
  const talk = await call(session, buddy);
  if (text !== undefined) return leave(session, talk, await sendLine(session, talk, text));
  const input = inputUntilOver(session, talk);
  const sent = await sendAll(session, talk, input);
  if (!input.isExhausted) {
    await session.output.say('error', { error: 'the rest of the input was not read' });
  }
  return leave(session, talk, sent && input.isExhausted);
}

/** Sends what is typed and prints what comes, until the user or the buddy leaves. */
export async function chat(session: Session, buddy: string): Promise<number> {
  const talk = await call(session, buddy);
  const sent = await sendAll(session, talk, withQuit(inputUntilOver(session, talk)));
  return leave(session, talk, sent);
}

/** A chat whose messages are being printed; `printed` resolves when all are. */
interface Talk {
  readonly chat: Chat;
  readonly printed: Promise<void>;
}

async function call(session: Session, buddy: string): Promise<Talk> {
  const { client, output, stopped } = session;
  const chat = await unlessStopped(stopped, () =>
    client.call(buddy, { onProgress: (progress, endpoint) => output.notify(progress, endpoint) }),
  );
  const { address, port } = chat;
  await output.say('accepted', { address, port });
  // Back-pressure: whoever reads us slowly has the buddy wait.
  return { chat, printed: printMessages(session, chat) };
}

/** Standard input, for as long as there is somebody to send it to. */
function inputUntilOver({ stopped }: Session, { chat }: Talk): LineInput {
  const input = new LineInput();
  chat.closed.then(() => input.stop());
  stopped.addEventListener('abort', () => input.stop());
  return input;
}

/** Lines up to one that is just `q`; to send that, `\q` is typed. */
async function* withQuit(lines: AsyncIterable<string>): AsyncIterable<string> {
  for await (const line of lines) {
    if (line === 'q') return;
    yield line === '\\q' ? 'q' : line;
  }
}

/** True when the network took all lines. The others are named. */
async function sendAll(session: Session, talk: Talk, lines: AsyncIterable<string>): Promise<boolean> {
  let sent = true;
  for await (const line of lines) sent = (await sendLine(session, talk, line)) && sent;
  return sent;
}

async function sendLine(
  { output, records, stopped }: Session,
  { chat }: Talk,
  text: string,
): Promise<boolean> {
  try {
    const { cut } = await unlessStopped(stopped, () => chat.send(text));
    records.write(chat, text, true);
    await output.say('sent', { text, ...(cut && { error: CUT }) });
    return true;
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    await output.say('failed', { text, error: error.message });
    return false;
  }
}

/** Leaves gracefully. Only what was sent over a connection that did not break counts as done. */
async function leave({ output }: Session, { chat, printed }: Talk, allSent: boolean): Promise<number> {
  await chat.leave();
  const end = await chat.closed;
  await printed;
  await tellEnd(output, chat, end);
  const isWhole = allSent && end.reason === undefined && end.lost.length === 0;
  return isWhole ? EXIT.done : HEADLESS_EXIT.broken;
}
