/**
 * Gives the client's archive actor access to all local files of the client. When the system refuses an
 * operation, the method returns the reason as text; only bugs are thrown.
 */

import type { UserId } from '../protocol/id.js';
import { blockedName, MAX_BLOCKED, readBlocked, writeBlocked } from './blocked.js';
import { HistoryWriter } from './history.js';
import type { HistoryMessage } from './history-line.js';
import { type HistoryQuery, lastMessages } from './history-reader.js';
import { type OtherClient, otherClients, type SignIn } from './other-clients.js';
import { fileReason } from './private-file.js';

interface Failed {
  readonly reason: string;
}

export interface ArchiveOptions {
  /** The directory of the files, made at the first write; `undefined` when the user has no home. */
  readonly directory: string | undefined;
  /** False to write no history. Existing history can still be read. */
  readonly keepsHistory: boolean;
  /** The server that the user signs in to; without it, the user's other clients are not searched for. */
  readonly server?: SignIn['server'];
}

export class Archive {
  readonly #directory: string | undefined;
  readonly #writer: HistoryWriter | undefined;
  readonly #keepsHistory: boolean;
  readonly #server: SignIn['server'] | undefined;
  #blocked: readonly string[] = [];
  /** True while the list in memory has changes that could not be written to the file. */
  #isUnsaved = false;

  constructor({ directory, keepsHistory, server }: ArchiveOptions) {
    this.#directory = directory;
    this.#keepsHistory = keepsHistory;
    this.#server = server;
    this.#writer = directory === undefined ? undefined : new HistoryWriter(directory);
  }

  /** The blocked ids and addresses, as of the last read or change. */
  get blocked(): readonly string[] {
    return this.#blocked;
  }

  /** Writes a message to the history, synchronously. Returns the reason of a failure. */
  record(message: HistoryMessage): Failed | undefined {
    if (!this.#keepsHistory) return undefined;
    return this.#try(() => this.#writer?.append(message));
  }

  /** Finds the last messages that match, newest last. */
  async find(query: HistoryQuery): Promise<readonly HistoryMessage[] | Failed> {
    if (this.#directory === undefined) return NO_HOME;
    try {
      return (await lastMessages(this.#directory, query)) ?? [];
    } catch (error) {
      return failureOf(error);
    }
  }

  /** Reads the block list again: another client of the user may have changed it. */
  readBlocked(): Failed | undefined {
    return this.#try((directory) => {
      this.#blocked = readBlocked(directory);
    });
  }

  /**
   * Blocks an id or address. If the list cannot be written, returns the reason, and blocks only until the
   * client ends.
   */
  block(name: string): Failed | undefined {
    const known = blockedName(name);
    if (known === undefined) return { reason: 'that is not a valid id or address' };
    return this.#changeBlocked((names) => [...names.filter((other) => other !== known), known]);
  }

  /** Removes an id or address from the list; otherwise like {@link block}. */
  unblock(name: string): Failed | undefined {
    const known = blockedName(name);
    return this.#changeBlocked((names) => names.filter((other) => other !== known));
  }

  /**
   * Lets the user's other clients detect that the user is signed in here, and yields these clients. Ends when
   * the signal aborts.
   */
  async *otherClients(user: UserId, signal: AbortSignal): AsyncGenerator<OtherClient, void> {
    if (this.#directory === undefined || this.#server === undefined) return;
    yield* otherClients(this.#directory, { user, server: this.#server }, signal);
  }

  close(): void {
    this.#writer?.close();
  }

  #changeBlocked(change: (names: readonly string[]) => readonly string[]): Failed | undefined {
    const unread = this.#isUnsaved ? undefined : this.readBlocked();
    const changed = change(this.#blocked);
    if (changed.length > MAX_BLOCKED)
      return { reason: `there are ${MAX_BLOCKED.toLocaleString('en')} already` };
    this.#blocked = changed;
    // Do not overwrite a list that could not be read.
    if (unread !== undefined) return unread;
    const unwritten = this.#try((directory) => writeBlocked(directory, changed));
    this.#isUnsaved = unwritten !== undefined;
    return unwritten;
  }

  #try(work: (directory: string) => void): Failed | undefined {
    if (this.#directory === undefined) return NO_HOME;
    try {
      work(this.#directory);
      return undefined;
    } catch (error) {
      return failureOf(error);
    }
  }
}

const NO_HOME: Failed = { reason: 'HOME is not set' };

function failureOf(error: unknown): Failed {
  const reason = fileReason(error);
  if (reason === undefined) throw error;
  return { reason };
}
