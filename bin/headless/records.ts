/**
 * What headless commands write down and go by: the same history and block list as the client at the terminal.
 */

import type { Call } from '../../actors/client/call-handles.js';
import type { Chat } from '../../actors/client/open-chat.js';
import { toDisplayText } from '../../protocol/display-text.js';
import { parseId, type UserId } from '../../protocol/id.js';
import { Archive } from '../../user-files/archive.js';
import { stateDirectory } from '../../user-files/directories.js';

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
  constructor(own: string, keepsHistory: boolean, complain: (line: string) => void) {
    this.#archive = new Archive({ directory: stateDirectory(process.env), keepsHistory });
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

  close(): void {
    this.#archive.close();
  }
}
