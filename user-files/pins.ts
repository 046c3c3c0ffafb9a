/**
 * The pinned keys of the buddies of one id at one server: `pins/<id>@<server>.jsonl`. Each line holds all
 * that is known about one buddy. `other` is the key that the server names instead of the pinned key.
 *
 *     {"buddy":"bob","key":"…43 characters…","floor":0,"by":"server","sum":"5d41402abc4b2a76"}
 *     {"buddy":"bob","key":"…","floor":7,"by":"words","other":{"key":"…","floor":9},"sum":"…"}
 *     {"buddy":"bob","forgotten":true,"sum":"…"}
 *
 * `subject-log.ts` has the rules of reading: damage never makes a pinned key unknown. Other processes, such
 * as `im-client trust`, write to the file too. The client therefore reads the file again before each
 * decision.
 */

import { parseId, type UserId } from '../protocol/id.js';
import { type IdentityKey, parseKey } from '../protocol/key.js';
import type { Files } from '../storage/files/files.js';
import type { Fields } from './checked-line.js';
import { type KeyFileName, keyFileName } from './key-file-name.js';
import { type Failed, PrivateDirectory } from './private-directory.js';
import { type Known, type LogFormat, type LogView, SubjectLog } from './subject-log.js';

/**
 * The maximum number of ids with a pinned key. It is twice the maximum number of buddies on a list, because
 * callers who are not on the list get pins too.
 */
export const MAX_PINS = 20_000;

/** The maximum number of bytes in the file. A line has at most 320. */
const MAX_PINS_BYTES = 32 * 1024 * 1024;

/** Why a key is pinned: the server named it, or the user compared the words, or the user gave the key. */
export type PinnedBy = 'server' | 'words' | 'key';

/** A key, and its floor: devices with a lower serial are revoked. */
export interface KeyFloor {
  readonly key: IdentityKey;
  readonly floor: number;
}

/** The pinned key of a buddy. It counts as the buddy's key until the user decides otherwise. */
export interface Pin extends KeyFloor {
  readonly by: PinnedBy;
  /** The key that the server names instead of the pinned one. */
  readonly other?: KeyFloor;
}

/** `undefined`: no key is known. `damaged`: a key may have been known, so no call is made in clear. */
export type StoredTrust = Known<Pin>;

/** The trust in all buddies at one moment. `reason` says why the file could not be read. */
export interface PinView extends Pick<LogView<Pin>, 'reason' | 'isDamaged'> {
  find(buddy: UserId): StoredTrust;
  /** The buddies that are pinned. */
  readonly subjects: readonly string[];
}

const FORMAT: LogFormat<Pin> = {
  field: 'buddy',
  parseSubject: (value) => (typeof value === 'string' && parseId(value) === value ? value : undefined),
  encode: ({ key, floor, by, other }) => ({
    key,
    floor,
    by,
    ...(other !== undefined && { other: { key: other.key, floor: other.floor } }),
  }),
  parse(fields) {
    const pinned = keyFloorIn(fields);
    const by = BY.find((each) => each === fields['by']);
    if (pinned === undefined || by === undefined) return undefined;
    if (fields['other'] === undefined) return { ...pinned, by };
    const other = keyFloorIn(fields['other']);
    return other === undefined ? undefined : { ...pinned, by, other };
  },
  maxSubjects: MAX_PINS,
  maxBytes: MAX_PINS_BYTES,
};

const BY: readonly PinnedBy[] = ['server', 'words', 'key'];

function keyFloorIn(value: unknown): KeyFloor | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { key: text, floor } = value as Fields;
  const key = typeof text === 'string' ? parseKey(text) : undefined;
  if (key === undefined || typeof floor !== 'number') return undefined;
  return Number.isSafeInteger(floor) && floor >= 0 ? { key, floor } : undefined;
}

export class Pins {
  readonly #log: SubjectLog<Pin>;

  /** @param root The data directory of the client; `undefined` when the user has no home. */
  constructor(root: string | undefined, name: KeyFileName, files?: Files) {
    const directory = new PrivateDirectory({ root, folder: 'pins', files });
    this.#log = new SubjectLog(FORMAT, directory, `${keyFileName(name)}.jsonl`);
  }

  /** Reads the file again if it has changed. If the file cannot be read, all buddies are `damaged`. */
  read(): Promise<PinView> {
    return this.#log.read();
  }

  /**
   * Changes the pin of a buddy. The change is durable when the promise resolves without a failure.
   *
   * @param decide Called with what the file says now, because another process may have changed the file.
   * Returns the new pin, `forgotten`, `undefined` to change nothing, or the reason of a failure.
   */
  change(
    buddy: UserId,
    decide: (stored: StoredTrust) => Pin | 'forgotten' | undefined | Failed,
  ): Promise<Failed | undefined> {
    return this.#log.change(buddy, decide);
  }

  /**
   * Removes damaged lines. A buddy whose key was only in a damaged line is then unknown, and can be called in
   * clear. Therefore only the user decides this.
   */
  forgetDamage(): Promise<Failed | undefined> {
    return this.#log.forgetDamage();
  }
}
