/**
 * `im-client history`: what was said with a buddy, from the files on this machine.
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
import { complain, EXIT, outliveReader, writeOut } from './command-line.js';

export interface HistoryOptions {
  /** Part of the text. */
  readonly search?: string;
  /** True for all messages, as JSON; else the last ones, for people. */
  readonly json?: true;
}

/** Whom a name on the command line means: an id, or `@` and an address; `undefined` for neither. */
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
  outliveReader(program);
  const directory = stateDirectory(process.env);
  if (directory === undefined) {
    complain(program, 'HOME is not set: there is no history without it');
    return EXIT.failed;
  }
  const query = { ...correspondent, search };
  try {
    const count = json ? await printAll(directory, query) : await printLast(directory, query);
    const name = correspondent.buddy ?? correspondent.address;
    if (count === undefined || (count === 0 && search === ''))
      complain(program, `there is no history with ${name}: chats are kept, unless with --no-history`);
    else if (count === 0) complain(program, `nothing of that is in the history with ${name}`);
    return EXIT.done;
  } catch (error) {
    const reason = fileReason(error);
    if (reason === undefined) throw error;
    complain(program, `the history cannot be read: ${reason}`);
    return EXIT.failed;
  }
}

/** Piece by piece: there may be more than is wanted in memory. Returns how many; nothing without a file. */
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

/** The last ones. Returns how many; nothing without a file. */
async function printLast(directory: string, query: HistoryQuery): Promise<number | undefined> {
  const messages = await lastMessages(directory, query);
  const lines = (messages ?? []).map(lineOf);
  // A terminal would wrap a long line itself, and let what a buddy said begin a row as a line of its own
  // does.
  const rows = process.stdout.isTTY ? lines.flatMap((line) => wrapLine(line, process.stdout.columns)) : lines;
  await writeOut(rows.map((row) => `${row}\n`).join(''));
  return messages?.length;
}

function lineOf({ isOwn, own, buddy, address, text, atMs }: HistoryMessage): string {
  const name = isOwn ? (own ?? 'me') : (buddy ?? address ?? 'unknown');
  return `${clockDate(atMs)} ${clockTime(atMs)} ${name}: ${text}`;
}
