/**
 * `im-client history`: prints the messages exchanged with a buddy, from the files on this machine.
 */

import { parseAddress } from '../protocol/address.js';
import type { DisplayText } from '../protocol/display-text.js';
import { parseId } from '../protocol/id.js';
import { wrapLine } from '../terminal/layout.js';
import { clockDate, clockTime } from '../terminal/presence-lines.js';
import { stateDirectory } from '../user-files/directories.js';
import { formatHistoryLine, type HistoryMessage } from '../user-files/history-line.js';
import { type HistoryQuery, lastMessages, readHistory } from '../user-files/history-reader.js';
import { fileReason } from '../user-files/private-file.js';
import { complain, EXIT, exitOnOutputError, writeOut } from './command-line.js';

export interface HistoryOptions {
  /** Only messages that contain this text are printed. */
  readonly search?: string;
  /** True to print all messages as JSON; otherwise the last messages are printed for people. */
  readonly json?: true;
}

/**
 * Parses a correspondent from the command line: an id, or `@` and an address. Returns `undefined` for any
 * other text.
 */
export function correspondentOf(name: string): Omit<HistoryQuery, 'search'> | undefined {
  if (name.startsWith('@')) {
    const address = parseAddress(name.slice(1)) as DisplayText | undefined;
    return address && { address };
  }
  const buddy = parseId(name);
  return buddy && { buddy };
}

/** Prints the history, and returns the exit code. */
export async function printHistory(
  program: string,
  correspondent: Omit<HistoryQuery, 'search'>,
  { search = '', json }: HistoryOptions,
): Promise<number> {
  exitOnOutputError(program);
  const directory = stateDirectory(process.env);
  if (directory === undefined) {
    complain(program, 'HOME is not set: set it to the directory that has .local/state/im/history');
    return EXIT.failed;
  }
  const query = { ...correspondent, search };
  try {
    const count = json ? await printAll(directory, query) : await printLast(directory, query);
    const name = correspondent.buddy ?? correspondent.address;
    if (count === undefined || (count === 0 && search === ''))
      complain(program, `no history with ${name}: chats are saved, unless --no-history is set`);
    else if (count === 0) complain(program, `no message in the history with ${name} contains this text`);
    return EXIT.done;
  } catch (error) {
    const reason = fileReason(error);
    if (reason === undefined) throw error;
    complain(program, `cannot read the history: ${reason}`);
    return EXIT.failed;
  }
}

/**
 * Prints all messages in batches, because the history may be larger than memory. Returns the number of
 * messages; `undefined` if there is no file.
 */
async function printAll(directory: string, query: HistoryQuery): Promise<number | undefined> {
  let lines = '';
  let count = 0;
  const exists = await readHistory(
    directory,
    query,
    (message) => {
      count += 1;
      lines += `${formatHistoryLine(message)}\n`;
    },
    async () => {
      await writeOut(lines);
      lines = '';
    },
  );
  return exists ? count : undefined;
}

/** Prints the last messages. Returns their number; `undefined` if there is no file. */
async function printLast(directory: string, query: HistoryQuery): Promise<number | undefined> {
  const messages = await lastMessages(directory, query);
  const lines = (messages ?? []).map(lineOf);
  // If the terminal wrapped a long line, a buddy's text could begin a row and look like another message.
  const rows = process.stdout.isTTY ? lines.flatMap((line) => wrapLine(line, process.stdout.columns)) : lines;
  await writeOut(rows.map((row) => `${row}\n`).join(''));
  return messages?.length;
}

function lineOf({ isOwn, own, buddy, address, text, atMs }: HistoryMessage): string {
  const name = isOwn ? (own ?? 'me') : (buddy ?? address ?? 'unknown');
  return `${clockDate(atMs)} ${clockTime(atMs)} ${name}: ${text}`;
}
