/**
 * The client's local files in one: what its archive's actor asks for, done in a directory. What the system
 * refuses comes back as a reason in words; only bugs are thrown.
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
  /** Where the files are, made when they are first written; `undefined` when the user has no home. */
  readonly directory: string | undefined;
  /** False to write no history. What there is can still be read. */
  readonly keepsHistory: boolean;
  /** Where the user signs in; without it, the user's other clients are not looked for. */
  readonly server?: SignIn['server'];
}

export class Archive {
  readonly #directory: string | undefined;
  readonly #writer: HistoryWriter | undefined;
  readonly #keepsHistory: boolean;
  readonly #server: SignIn['server'] | undefined;
  #blocked: readonly string[] = [];
  /** True while the list in memory is ahead of the file: the disk refused it. */
  #isUnsaved = false;

  constructor({ directory, keepsHistory, server }: ArchiveOptions) {
    this.#directory = directory;
    this.#keepsHistory = keepsHistory;
    this.#server = server;
    this.#writer = directory === undefined ? undefined : new HistoryWriter(directory);
  }

  /** Who is blocked, as far as is known. */
  get blocked(): readonly string[] {
    return this.#blocked;
  }

  /** Writes a message down before it returns; with the reason when that failed. */
  record(message: HistoryMessage): Failed | undefined {
    if (!this.#keepsHistory) return undefined;
    return this.#try(() => this.#writer?.append(message));
  }

  /** The last messages that are looked for, newest last. */
  async find(query: HistoryQuery): Promise<readonly HistoryMessage[] | Failed> {
    if (this.#directory === undefined) return NO_HOME;
    try {
      return (await lastMessages(this.#directory, query)) ?? [];
    } catch (error) {
      return failureOf(error);
    }
  }

  /** Reads the block list, which another client of the user may have changed. */
  readBlocked(): Failed | undefined {
    return this.#try((directory) => {
      this.#blocked = readBlocked(directory);
    });
  }

  /** Blocks an id or address, for this run in any case; with the reason when it could not be written. */
  block(name: string): Failed | undefined {
    const known = blockedName(name);
    if (known === undefined) return { reason: 'that is no id and no address' };
    return this.#changeBlocked((names) => [...names.filter((other) => other !== known), known]);
  }

  /** Takes an id or address off the list; as {@link block}. */
  unblock(name: string): Failed | undefined {
    const known = blockedName(name);
    return this.#changeBlocked((names) => names.filter((other) => other !== known));
  }

  /** Says that a user is signed in here, until the signal aborts, and yields their other clients. */
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
    // What cannot be read is not written over either.
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
