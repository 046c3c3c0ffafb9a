/**
 * The headless commands that call a buddy: send and chat.
 */

import { ClientError } from '../../actors/client/client-error.js';
import type { CallOptions } from '../../actors/client/create-client.js';
import type { Chat } from '../../actors/client/open-chat.js';
import { EXIT } from '../command-line.js';
import { HEADLESS_EXIT } from './exit-codes.js';
import { LineInput } from './line-input.js';
import { CUT, endChat, printMessages, reportEnd } from './messages.js';
import { type Session, unlessStopped } from './session.js';
import { protectionFields, protectionText } from './wording.js';

/**
 * Calls a buddy, sends the text and leaves. Without a text, sends each line of standard input, and does not
 * call the buddy before the first line has been read.
 */
export async function send(session: Session, buddy: string, text: string | undefined): Promise<number> {
  if (text !== undefined) {
    const talk = await call(session, buddy);
    return leave(session, talk, await sendLine(session, talk, text));
  }
  const input = openInput(session);
  const first = await unlessStopped(session.stopped, () => input[Symbol.asyncIterator]().next());
  if (first.done) {
    session.output.ask('im-client: there is nothing to send: the input is empty');
    return EXIT.done;
  }
  const talk = await call(session, buddy);
  talk.printed.then(() => input.stop());
  const sent = await sendAll(session, talk, startingWith(first, input));
  if (!input.isExhausted) {
    await session.output.say('error', { error: 'the rest of the input was not read' });
  }
  return leave(session, talk, sent && input.isExhausted);
}

/**
 * Calls a buddy, sends each typed line and prints each message, until the user or the buddy leaves. Gives up
 * a call that is not answered yet if the user's first line is `q`, or if the input ends without a line.
 */
export async function chat(session: Session, buddy: string): Promise<number> {
  const input = openInput(session);
  const lines = withQuit(input);
  const first = lines.next();
  const talk = await callUnlessQuit(session, buddy, first);
  if (talk === undefined) {
    await session.output.say('closed', { error: 'you gave up the call' });
    return EXIT.done;
  }
  talk.printed.then(() => input.stop());
  const sent = await sendAll(session, talk, startingWith(await first, lines));
  return leave(session, talk, sent);
}

/** A chat, and a promise that resolves when the chat is over and all its messages are printed. */
interface Talk {
  readonly chat: Chat;
  readonly printed: Promise<void>;
}

/** A line of the input, or the end of the input. */
type NextLine = IteratorResult<string, unknown>;

async function call(session: Session, buddy: string, onCalling = () => {}): Promise<Talk> {
  const { client, output, stopped } = session;
  const onProgress: CallOptions['onProgress'] = (progress, endpoint) => {
    output.notify(progress, endpoint);
    onCalling();
  };
  const chat = await unlessStopped(stopped, () => client.call(buddy, { onProgress }));
  const { address, port } = chat;
  const protection = protectionFields(chat);
  await output.say('accepted', { address, port, ...protection });
  const words = protectionText(protection);
  if (words !== undefined) output.hint(`The chat is ${words}.`);
  // Back-pressure: a slow reader of our output makes the buddy wait.
  return { chat, printed: printMessages(session, chat) };
}

/** Calls the buddy. Resolves with `undefined` if the input ends without a line before the buddy answers. */
function callUnlessQuit(
  session: Session,
  buddy: string,
  first: Promise<NextLine>,
): Promise<Talk | undefined> {
  return new Promise((resolve, reject) => {
    // If the input ends before the call has begun, the call is not given up yet: a call that cannot begin
    // must be reported with its reason.
    const onCalling = async () => {
      if ((await first).done && !session.stopped.aborted) resolve(undefined);
    };
    call(session, buddy, onCalling).then(resolve, reject);
  });
}

/** Opens standard input, until a signal stops the session. */
function openInput({ stopped }: Session): LineInput {
  const input = new LineInput();
  stopped.addEventListener('abort', () => input.stop());
  return input;
}

/** Yields a line that was already read, and then the rest. */
async function* startingWith(first: NextLine, rest: AsyncIterable<string>): AsyncGenerator<string> {
  if (first.done) return;
  yield first.value;
  yield* rest;
}

/** Yields lines until a line that is only `q`. Yields `q` for a line `\q`. */
async function* withQuit(lines: AsyncIterable<string>): AsyncGenerator<string, void> {
  for await (const line of lines) {
    if (line === 'q') return;
    yield line === '\\q' ? 'q' : line;
  }
}

/** Sends all lines. Prints each line that failed, and returns true if no line failed. */
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

/**
 * Leaves gracefully, or at once when a signal comes. Returns the exit code, which is 0 only if every line was
 * sent and confirmed, and the connection did not break.
 */
async function leave(
  { output, stopped }: Session,
  { chat, printed }: Talk,
  allSent: boolean,
): Promise<number> {
  const end = await endChat(chat, stopped);
  await printed;
  await reportEnd(output, chat, end);
  const isWhole = allSent && end.reason === undefined && end.lost.length === 0;
  return isWhole ? EXIT.done : HEADLESS_EXIT.broken;
}
