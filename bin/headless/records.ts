/**
 * The files of the headless commands: the history and the block list, which the interactive client uses too.
 */

import type { Call } from '../../actors/client/call-handles.js';
import type { Chat } from '../../actors/client/open-chat.js';
import { toDisplayText } from '../../protocol/display-text.js';
import { parseId, type UserId } from '../../protocol/id.js';
import { Archive } from '../../user-files/archive.js';
import { stateDirectory } from '../../user-files/directories.js';
import type { OtherClient } from '../../user-files/other-clients.js';

/** The options that concern these files. */
export interface RecordsOptions {
  readonly server: string;
  readonly udpPort: number;
  /** False to write no history. */
  readonly history: boolean;
}

export class Records {
  readonly #archive: Archive;
  readonly #own: UserId | undefined;
  readonly #complain: (line: string) => void;
  #isSilent = false;
  /** Why the last reading of the block list failed. The same reason is not reported twice in a row. */
  #blockedProblem: string | undefined;

  /**
   * @param own The user of this client.
   * @param complain Called with one line for the first failure to write the history, and whenever the block
   *   list cannot be read for a new reason.
   */
  constructor(own: string, { server, udpPort, history }: RecordsOptions, complain: (line: string) => void) {
    this.#archive = new Archive({
      directory: stateDirectory(process.env),
      keepsHistory: history,
      server: { host: server, port: udpPort },
    });
    this.#own = parseId(own);
    this.#complain = complain;
  }

  /** Records a message of the user or of the buddy. */
  write({ buddy, address }: Chat, text: string, isOwn: boolean): void {
    const failed = this.#archive.record({
      isOwn,
      own: this.#own,
      buddy: buddy === undefined ? undefined : parseId(buddy),
      address: toDisplayText(address),
      text: toDisplayText(text),
      atMs: Date.now(),
    });
    if (failed === undefined || this.#isSilent) return;
    this.#isSilent = true;
    this.#complain(`History cannot be written: ${failed.reason}.`);
  }

  /** Reads the ids and addresses whose calls are refused. */
  readBlocked(): readonly string[] {
    const reason = this.#archive.readBlocked()?.reason;
    if (reason !== undefined && reason !== this.#blockedProblem)
      this.#complain(`The block list cannot be read: ${reason}.`);
    this.#blockedProblem = reason;
    return this.#archive.blocked;
  }

  /** True if the caller is in the block list's file now. Call control may still have an older list. */
  isBlocked({ caller, address }: Call): boolean {
    const blocked = this.readBlocked();
    return blocked.includes(address) || (caller !== undefined && blocked.includes(caller));
  }

  /** Marks the user as signed in here until the signal aborts, and yields the user's other clients. */
  async *otherClients(signal: AbortSignal): AsyncGenerator<OtherClient, void> {
    if (this.#own !== undefined) yield* this.#archive.otherClients(this.#own, signal);
  }

  close(): void {
    this.#archive.close();
  }
}
