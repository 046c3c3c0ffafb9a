/**
 * What headless commands write down and go by: the same history and block list as the client at the terminal.
 */

import type { Call } from '../../actors/client/call-handles.js';
import type { Chat } from '../../actors/client/open-chat.js';
import { toDisplayText } from '../../protocol/display-text.js';
import { parseId, type UserId } from '../../protocol/id.js';
import { Archive } from '../../user-files/archive.js';
import { stateDirectory } from '../../user-files/directories.js';
import type { OtherClient } from '../../user-files/other-clients.js';

/** What the command line says of them. */
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
  /** Why the block list could not be read last; the same reason is said once. */
  #blockedProblem: string | undefined;

  /**
   * @param own Whose client this is.
   * @param complain Told in a line what cannot be read or written; of writing only the first time.
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

  /** Writes down a message, from the user or from the buddy. */
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

  /** Ids and addresses whose calls are refused, as the file has them now. */
  readBlocked(): readonly string[] {
    const reason = this.#archive.readBlocked()?.reason;
    if (reason !== undefined && reason !== this.#blockedProblem)
      this.#complain(`The block list cannot be read: ${reason}.`);
    this.#blockedProblem = reason;
    return this.#archive.blocked;
  }

  /** True for a caller that is blocked, as the file has it now: call control may know an older list. */
  isBlocked({ caller, address }: Call): boolean {
    const blocked = this.readBlocked();
    return blocked.includes(address) || (caller !== undefined && blocked.includes(caller));
  }

  /** Says that the user is signed in here, until the signal aborts, and yields the user's other clients. */
  async *otherClients(signal: AbortSignal): AsyncGenerator<OtherClient, void> {
    if (this.#own !== undefined) yield* this.#archive.otherClients(this.#own, signal);
  }

  close(): void {
    this.#archive.close();
  }
}
