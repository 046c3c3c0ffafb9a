/**
 * The verification of a buddy: the user types the six words that the buddy reads out.
 */

import type { DisplayText } from '../../protocol/display-text.js';
import type { UserId } from '../../protocol/id.js';

/** A user, and the buddy to verify. */
export interface WordsRequest {
  readonly user: UserId;
  readonly buddy: UserId;
  /** What the user typed. */
  readonly typed: string;
}

/** The user's own six words, which the user reads out to a buddy. */
export interface OwnWords {
  readonly words: readonly string[];
}

/** The result of comparing typed words. `no-key`: no key of the buddy is known. `reason`: for `failed`. */
export interface WordsVerdict {
  readonly result: 'same' | 'different' | 'typo' | 'wrong-count' | 'no-key' | 'failed';
  readonly reason?: DisplayText;
}
