/**
 * The interfaces of the files that actors use for keys and undelivered lines. user-files/ implements them.
 * The program passes the implementations to the actors.
 */

import type { Pin, StoredTrust } from '../../machines/client/pins.js';
import type { RecordEntry } from '../../machines/client/private-delivery.js';
import type { UserId } from '../../protocol/id.js';
import type { IdentityKey } from '../../protocol/key.js';

/** A failed operation, with its reason in words for the user. */
export interface Failed {
  readonly reason: string;
}

export function isFailed(value: unknown): value is Failed {
  return typeof value === 'object' && value !== null && 'reason' in value;
}

/** The pinned keys of a user's buddies. Implemented by `Pins` of user-files/. */
export interface PinFile {
  read(): Promise<{
    find(buddy: UserId): StoredTrust;
    readonly subjects: readonly string[];
    /** True if a part of the file cannot be read. */
    readonly isDamaged: boolean;
  }>;
  change(
    buddy: UserId,
    decide: (stored: StoredTrust) => Pin | 'forgotten' | undefined,
  ): Promise<Failed | undefined>;
}

/** The delivery records of private messages. Implemented by `Undelivered` of user-files/. */
export interface LineFiles {
  open(buddy: UserId): Promise<LineFile | Failed>;
}

/** The identity of a buddy, and the stream of the user's lines to that identity. */
interface StreamOwner {
  readonly identity: IdentityKey;
  readonly stream: string;
}

type StoredEntry =
  | Extract<RecordEntry, { readonly is: 'line' | 'settled' }>
  | { readonly is: 'have'; readonly stream: string; readonly have: number };

/** The delivery record for a buddy, which one chat holds open. */
export interface LineFile {
  readonly stored: { readonly stream: StreamOwner | undefined; readonly entries: readonly StoredEntry[] };
  readonly isLong: boolean;
  append(entries: readonly RecordEntry[]): Promise<Failed | undefined>;
  replace(owner: StreamOwner, entries: readonly RecordEntry[]): Promise<Failed | undefined>;
  close(): Promise<void>;
}
