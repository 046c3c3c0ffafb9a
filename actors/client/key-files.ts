/**
 * The files of keys as the actors see them. The program gives them the files of user-files/.
 */

import type { Pin, StoredTrust } from '../../machines/client/pins.js';
import type { RecordEntry } from '../../machines/client/private-delivery.js';
import type { UserId } from '../../protocol/id.js';
import type { IdentityKey } from '../../protocol/key.js';

/** What could not be done, and why, in words for the user. */
export interface Failed {
  readonly reason: string;
}

export function isFailed(value: unknown): value is Failed {
  return typeof value === 'object' && value !== null && 'reason' in value;
}

/** The keys of a user's buddies: `Pins` of user-files/. */
export interface PinFile {
  read(): Promise<{ find(buddy: UserId): StoredTrust; readonly subjects: readonly string[] }>;
  change(
    buddy: UserId,
    decide: (stored: StoredTrust) => Pin | 'forgotten' | undefined,
  ): Promise<Failed | undefined>;
}

/** The records of private messages: `Undelivered` of user-files/. */
export interface LineFiles {
  open(buddy: UserId): Promise<LineFile | Failed>;
}

/** The identity of a buddy, and the user's stream to it. */
interface StreamOwner {
  readonly identity: IdentityKey;
  readonly stream: string;
}

type StoredEntry =
  | Extract<RecordEntry, { readonly is: 'line' | 'settled' }>
  | { readonly is: 'have'; readonly stream: string; readonly have: number };

/** The record of a buddy, held for a chat. */
export interface LineFile {
  readonly stored: { readonly stream: StreamOwner | undefined; readonly entries: readonly StoredEntry[] };
  readonly isLong: boolean;
  append(entries: readonly RecordEntry[]): Promise<Failed | undefined>;
  replace(owner: StreamOwner, entries: readonly RecordEntry[]): Promise<Failed | undefined>;
  close(): Promise<void>;
}
