/**
 * Keeps the trust in the buddies' keys: applies the events of machines/client/trust.ts to the stored pins,
 * durably, and closes the chats whose key is no longer trusted.
 *
 * The keeper reads the pins again before each event, because other processes write to the file too.
 */

import { compareTypedWords, findSafetyWords } from '../../keys/safety-phrase.js';
import {
  type BuddyTrust,
  type BuddyTrusts,
  type StoredTrust,
  trustLevelOf,
} from '../../machines/client/pins.js';
import {
  type TrustAction,
  type TrustEvent,
  trustEventOf,
  trustMachine,
} from '../../machines/client/trust.js';
import type { WhoAnswer } from '../../machines/client/who.js';
import { stepsOf } from '../../machines/steps.js';
import type { Device } from '../../protocol/device.js';
import type { UserId } from '../../protocol/id.js';
import type { IdentityKey } from '../../protocol/key.js';
import type { SafetyComparison } from '../../protocol/safety-words.js';
import { type Failed, isFailed, type PinFile } from './key-files.js';

/**
 * The maximum number of ids that are remembered as open. Beyond this limit, the oldest id is forgotten. A
 * user of im-server has at most this many buddies.
 */
const MAX_OPEN_IDS = 10_000;

/** A change of the trust in a buddy. */
export interface TrustChange {
  readonly user: UserId;
  readonly buddy: UserId;
  /** `changed`: the server names a new key. `unchanged`: the server names the pinned key again. */
  readonly became: 'changed' | 'unchanged' | 'other';
}

/** A call or chat with a named buddy. The keeper watches it until it ends. */
export interface TrustedChat {
  readonly user: UserId;
  readonly buddy: UserId;
  /** The device of the buddy; `undefined` for a call or chat in clear. */
  readonly device: Device | undefined;
  /**
   * Called when the key or the device is no longer trusted or, for a call or chat in clear, when a key of the
   * buddy becomes known.
   */
  readonly onDistrusted: () => void;
}

/** The result of comparing typed words with the words of the known keys. `no-key`: no key is known. */
export type WordsComparison = SafetyComparison | { readonly result: 'no-key' };

export interface TrustSources {
  who(id: UserId): Promise<WhoAnswer>;
  pinsOf(user: UserId): PinFile;
}

export class TrustKeeper {
  readonly #sources: TrustSources;
  readonly #chats = new Set<TrustedChat>();
  readonly #listeners = new Set<(change: TrustChange) => void>();
  /** Ids that have no key, according to the server's last answer about each id. */
  readonly #open = new Set<UserId>();

  constructor(sources: TrustSources) {
    this.#sources = sources;
  }

  /** What is stored about the key of a buddy. */
  async trustIn(user: UserId, buddy: UserId): Promise<StoredTrust> {
    return (await this.#sources.pinsOf(user).read()).find(buddy);
  }

  /** What is known about the keys of all buddies. */
  async trustInAll(user: UserId): Promise<BuddyTrusts> {
    const view = await this.#sources.pinsOf(user).read();
    const pinned = view.subjects.map((buddy): [UserId, BuddyTrust] => {
      const level = trustLevelOf(view.find(buddy as UserId));
      return [buddy as UserId, level === 'unknown' ? 'damaged' : level];
    });
    const open = [...this.#open].filter((buddy) => view.find(buddy) === undefined);
    const trusts = new Map([...open.map((buddy) => [buddy, 'open'] as const), ...pinned]);
    return view.isDamaged ? Object.assign(trusts, { isPartial: true as const }) : trusts;
  }

  /** Asks the server for the key of a buddy, and handles the answer. */
  async check(
    user: UserId,
    buddy: UserId,
  ): Promise<{ readonly who: WhoAnswer; readonly trust: StoredTrust | Failed }> {
    const who = await this.#sources.who(buddy);
    return { who, trust: await this.handle(user, buddy, trustEventOf(who)) };
  }

  /**
   * Handles an event. When the promise resolves, the change is durable, and the chats that the change
   * concerns are closing.
   */
  async handle(user: UserId, buddy: UserId, event: TrustEvent): Promise<StoredTrust | Failed> {
    const wasOpen = this.#open.has(buddy);
    if (event.type === 'who.none') this.#rememberOpen(buddy);
    else if (event.type !== 'who.failed') this.#open.delete(buddy);
    // Most events change nothing. This first step finds those events without the lock.
    const pins = this.#sources.pinsOf(user);
    const { effects, trust } = step((await pins.read()).find(buddy), event);
    if (effects.length === 0) {
      this.#closeStaleChats(user, buddy, trust); // another process may have stored that trust
      if (wasOpen !== this.#open.has(buddy)) this.#report({ user, buddy, became: 'other' });
      return trust;
    }
    let decided = { effects, trust };
    const failed = await pins.change(buddy, (stored) => {
      decided = step(stored, event);
      if (decided.effects.includes('forgetPin')) return 'forgotten';
      const { trust: pin } = decided;
      return decided.effects.includes('storePin') && typeof pin === 'object' ? pin : undefined;
    });
    if (failed !== undefined) return failed;
    this.#closeStaleChats(user, buddy, decided.trust);
    this.#report({ user, buddy, became: becameBy(decided.effects) });
    return decided.trust;
  }

  #rememberOpen(buddy: UserId): void {
    this.#open.add(buddy);
    const [oldest] = this.#open;
    if (this.#open.size > MAX_OPEN_IDS) this.#open.delete(oldest as UserId);
  }

  /** The six words of the user's own key, which the user reads out to buddies. */
  findOwnWords(user: UserId, key: IdentityKey): Promise<readonly string[]> {
    return findSafetyWords(key, user);
  }

  /** Compares the words that the user typed. If they are the words of a known key, verifies that key. */
  async verify(user: UserId, buddy: UserId, typed: string): Promise<WordsComparison | Failed> {
    const { trust, who } = await this.check(user, buddy);
    if (isFailed(trust)) return trust;
    const pin = typeof trust === 'object' ? trust : undefined;
    const named = who.says === 'key' ? who.key : undefined;
    const keys = new Set([pin?.key, pin?.other?.key, named].filter((key) => key !== undefined));
    let compared: WordsComparison = { result: 'no-key' };
    for (const key of keys) {
      compared = await compareTypedWords(typed, key, buddy);
      if (compared.result === 'different') continue;
      if (compared.result !== 'same') return compared;
      const verified = await this.handle(user, buddy, { type: 'words.matched', key });
      return isFailed(verified) ? verified : compared;
    }
    return compared;
  }

  /** Watches a chat until the returned function is called. Closes the chat when trust in its key ends. */
  keep(chat: TrustedChat): () => void {
    this.#chats.add(chat);
    return () => this.#chats.delete(chat);
  }

  /** Calls a listener at each change, until the returned function is called. */
  watch(listener: (change: TrustChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Closes those chats of a user in which the buddy's key or device is no longer trusted. Call this from time
   * to time, because other processes may change the pins.
   */
  async recheck(user: UserId): Promise<void> {
    for (const { user: owner, buddy } of [...this.#chats])
      if (owner === user) this.#closeStaleChats(user, buddy, await this.trustIn(user, buddy));
  }

  #closeStaleChats(user: UserId, buddy: UserId, trust: StoredTrust): void {
    if (typeof trust !== 'object') return;
    for (const chat of [...this.#chats]) {
      if (chat.user !== user || chat.buddy !== buddy) continue;
      const { device } = chat;
      if (device?.identity !== trust.key || device.serial < trust.floor) chat.onDistrusted();
    }
  }

  #report(change: TrustChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}

interface Step {
  readonly effects: readonly TrustAction[];
  readonly trust: StoredTrust;
}

/** Runs one step of the chart, from the stored trust. */
function step(trust: StoredTrust, event: TrustEvent): Step {
  const steps = stepsOf(trustMachine, { trust });
  const [state, effects] = steps.step(steps.first, event);
  return { effects: effects as readonly TrustAction[], trust: state.context.trust };
}

function becameBy(effects: readonly TrustAction[]): TrustChange['became'] {
  if (effects.includes('reportChanged')) return 'changed';
  return effects.includes('reportUnchanged') ? 'unchanged' : 'other';
}
