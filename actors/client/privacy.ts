/**
 * What a client needs for private chats: the keys of its user, the keys of the buddies, and the records of
 * undelivered lines. Actors receive a `Privacy` by closure, never in an input, an event or a context, because
 * it gives access to secrets.
 */

import type { SecureContext } from 'node:tls';
import type { DeviceCredentials } from '../../keys/device-credentials.js';
import { CallerQuestions } from '../../machines/client/caller-questions.js';
import { type AddedTrust, type Pin, type StoredTrust, trustLevelOf } from '../../machines/client/pins.js';
import {
  type CalledDecision,
  decideCalled,
  decideCalling,
  mayPin,
  type PrivacyMode,
} from '../../machines/client/private-calls.js';
import type { Protection, WhyBarred } from '../../machines/client/protection.js';
import type { LinesDropped } from '../../machines/client/restart-state.js';
import { trustEventOf } from '../../machines/client/trust.js';
import type { WhoAnswer } from '../../machines/client/who.js';
import type { Device } from '../../protocol/device.js';
import type { UserId } from '../../protocol/id.js';
import type { IdentityKey } from '../../protocol/key.js';
import { type Failed, isFailed, type LineFiles } from './key-files.js';
import { dropLines } from './private-lines.js';
import { TrustKeeper, type TrustSources } from './trust-keeper.js';

export interface PrivacyOptions extends TrustSources {
  /** The keys of a user's id; `undefined` if they are not on this machine. */
  credentialsOf(id: UserId): DeviceCredentials | undefined;
  /** The TLS context for the keys of a user's id. */
  contextOf(id: UserId): SecureContext | undefined;
  /** Whether this user's key was ever found in this run. For `undefined`: whether any key was ever found. */
  hadKey(user: UserId | undefined): boolean;
  undeliveredOf(user: UserId): LineFiles;
  /** The user's choice for all calls. */
  readonly mode: PrivacyMode;
  /**
   * True to keep the undelivered lines of a broken chat: the program asks the user about them, and the next
   * private chat sends them again. False to only report them.
   */
  readonly keepsLines: boolean;
}

/** How to call a buddy. */
export type CallPlan =
  | {
      readonly kind: 'private';
      /** The key that the other end must prove, and its floor. */
      readonly key: IdentityKey;
      readonly floor: number;
      readonly protection: Protection;
    }
  | { readonly kind: 'clear' }
  | { readonly kind: 'none'; readonly why: WhyBarred };

/** A buddy whom the user has added. `key`: set if the user gave the key of the buddy. */
export interface AddedBuddy {
  readonly id: UserId;
  readonly key?: IdentityKey | undefined;
}

/** A call that arrived. */
export interface Arrived {
  /** `undefined`: no user is signed in. */
  readonly user: UserId | undefined;
  /** The id that the caller names, if any. */
  readonly name: UserId | undefined;
  /** The device that the caller has proven; `undefined` for a call in clear. */
  readonly device: Device | undefined;
  /** Whether a private call names the user as the called party. */
  readonly isForUser: boolean;
  readonly address: string;
  /** When the call arrived, in milliseconds of the monotonic clock. */
  readonly uptimeMs: number;
}

/** What to do with a call that arrived. */
export type Screening =
  | {
      readonly kind: 'ring';
      readonly protection: Protection;
      /** Call this when the user accepts, before anything is sent. Resolves with the failure, if any. */
      readonly beforeAccept: () => Promise<Failed | undefined>;
    }
  | Extract<CalledDecision, { readonly kind: 'refuse' }>;

const NOTHING: WhoAnswer = { says: 'nothing' };

/** The decision when the client has asked the server about too many callers. The user is not notified. */
const NUISANCE: Screening = { kind: 'refuse', answer: 'REJECT', report: undefined, whoUse: 'never' };

export class Privacy {
  readonly keeper: TrustKeeper;
  readonly mode: PrivacyMode;
  readonly keepsLines: boolean;
  readonly #options: PrivacyOptions;
  readonly #questions = new CallerQuestions();
  readonly #unfinished = new Set<Promise<unknown>>();

  constructor(options: PrivacyOptions) {
    this.#options = options;
    this.keeper = new TrustKeeper(options);
    this.mode = options.mode;
    this.keepsLines = options.keepsLines;
  }

  /** The key of a user; `undefined` if it is not on this machine. */
  readonly keyOf = (user: UserId | undefined): IdentityKey | undefined =>
    user && this.#options.credentialsOf(user)?.device.identity;

  /**
   * Whether this object decides about the calls of a user. If not, all calls are in clear. In mode `private`,
   * this object always decides. In the other modes, it decides from the moment when a key of the user is
   * found until the program ends: if the key file is lost or the session ends, calls must not become calls in
   * clear.
   *
   * @param user `undefined`: no user is signed in.
   */
  decidesFor(user: UserId | undefined): boolean {
    return this.mode === 'private' || this.#options.hadKey(user);
  }

  /** The TLS context for a user's connections; `undefined` if the user's key is not on this machine. */
  contextOf(user: UserId | undefined): SecureContext | undefined {
    return user && this.#options.contextOf(user);
  }

  undeliveredOf(user: UserId): LineFiles {
    return this.#options.undeliveredOf(user);
  }

  /**
   * Handles the key of a buddy whom the user has added: pins the key that the user gave, or else the key that
   * the server names. Returns what is then known about the key; `undefined` if the user has no key here.
   */
  async checkAdded(user: UserId, { id, key }: AddedBuddy): Promise<AddedTrust | undefined> {
    if (this.keyOf(user) === undefined) return undefined;
    if (key !== undefined) {
      const given = await this.keeper.handle(user, id, { type: 'key.given', key });
      if (isFailed(given)) return 'unknown';
    }
    const { who, trust } = await this.keeper.check(user, id);
    const level = isFailed(trust) ? 'unknown' : trustLevelOf(trust);
    return level === 'unknown' && who.says !== 'nothing' && who.says !== 'key' ? 'open' : level;
  }

  /** Decides how to call a buddy. The server's answer about the key is stored before the promise resolves. */
  async planCall(user: UserId, buddy: UserId): Promise<CallPlan> {
    if (this.keyOf(user) === undefined) return { kind: 'none', why: 'no-own-key' };
    const { who, trust: handled } = await this.keeper.check(user, buddy);
    const trust = isFailed(handled) ? await this.keeper.trustIn(user, buddy) : handled;
    const decision = decideCalling(trust, who, this.mode);
    if (decision.kind !== 'private') return decision.kind === 'clear' ? { kind: 'clear' } : decision;
    const { key } = decision;
    const pin = pinOf(trust, key);
    // A key that could not be stored must not be used for a call.
    if (pin === undefined) return { kind: 'none', why: 'not-stored' };
    const floor = Math.max(pin.floor, namedFloor(who, key));
    return { kind: 'private', key, floor, protection: protectionBy(key, pin, true) };
  }

  /** Decides whether a call rings. */
  async screen({ user, name, device, isForUser, address, uptimeMs }: Arrived): Promise<Screening> {
    if (user === undefined || this.keyOf(user) === undefined)
      return { kind: 'refuse', answer: 'REJECT', report: 'not-private', whoUse: 'never' };
    const isAsked = name !== undefined && name !== user && (device === undefined || isForUser);
    // The limit of questions to the server does not apply to a caller who has proven a pinned key.
    const isKnown = isAsked && device && pinOf(await this.keeper.trustIn(user, name), device.identity);
    if (isAsked && !isKnown && !this.#questions.tryAsk(address, uptimeMs)) return NUISANCE;
    const who = isAsked ? await this.#options.who(name) : NOTHING;
    const pins = isAsked ? await this.#options.pinsOf(user).read() : undefined;
    const trust = isAsked ? pins?.find(name) : this.#ownTrust(user, name);
    const arrival =
      device === undefined
        ? ({ kind: 'clear', isNamed: name !== undefined } as const)
        : ({ kind: 'private', key: device.identity, isForUser } as const);
    const decision = decideCalled(arrival, trust, who, this.mode);
    const learn = async (use: 'now' | 'on-accept'): Promise<Failed | undefined> => {
      if (!isAsked || pins === undefined) return undefined;
      if (!mayPin(trust, use, pins.subjects.length)) return { reason: 'too many keys are stored already' };
      const handled = await this.keeper.handle(user, name, trustEventOf(who));
      return isFailed(handled) ? handled : undefined;
    };
    if (decision.whoUse === 'now') await learn('now');
    if (decision.kind === 'refuse') return decision;
    if (device === undefined)
      return { kind: 'ring', protection: { is: 'clear' }, beforeAccept: async () => undefined };
    const pin = pinOf(trust, device.identity);
    const floor = Math.max(pin?.floor ?? 0, namedFloor(who, device.identity));
    // A revoked device counts as a device with another key.
    if (device.serial < floor)
      return { kind: 'refuse', answer: 'DENIED key', report: 'wrong-key', whoUse: 'never' };
    return {
      kind: 'ring',
      protection: protectionBy(device.identity, pin, decision.manner === 'private'),
      beforeAccept: async () => {
        const failed = decision.whoUse === 'on-accept' ? await learn('on-accept') : undefined;
        if (failed !== undefined || name === undefined) return failed;
        // Another process may have stored another key, or a higher floor, while the call rang.
        const now = await this.keeper.trustIn(user, name);
        if (now === undefined && decision.manner === 'unconfirmed') return undefined;
        const nowPin = pinOf(now, device.identity);
        const isTrusted = nowPin !== undefined && nowPin.other === undefined && device.serial >= nowPin.floor;
        return isTrusted ? undefined : { reason: 'its key is no longer trusted' };
      },
    };
  }

  /** Gives up the kept lines for a buddy, so that the next chat does not send them. */
  dropLines({ user, buddy }: Pick<LinesDropped, 'user' | 'buddy'>): Promise<Failed | undefined> {
    const dropped = dropLines(this.undeliveredOf(user), buddy);
    this.finish(dropped);
    return dropped;
  }

  /** Makes {@link finished} wait for `work` on a record, which may continue after the chat's actor ended. */
  finish(work: Promise<unknown>): void {
    const done = work.finally(() => this.#unfinished.delete(done));
    this.#unfinished.add(done);
  }

  /** Resolves when the records of all chats that have ended are durable. */
  async finished(): Promise<void> {
    await Promise.allSettled(this.#unfinished);
  }

  /** Stores the floor that a buddy's certificate names. Has no effect if the buddy's key is not pinned. */
  async learnFloor(user: UserId, buddy: UserId, { identity, floor }: Device): Promise<void> {
    if (floor > 0) await this.keeper.handle(user, buddy, { type: 'floor.raised', key: identity, floor });
  }

  /** The trust in a name that the client does not look up at the server. Only the user's own id has a pin. */
  #ownTrust(user: UserId, name: UserId | undefined): StoredTrust {
    const key = name === user ? this.keyOf(user) : undefined;
    return key && { key, floor: 0, by: 'key' };
  }
}

function pinOf(trust: StoredTrust, key: IdentityKey): Pin | undefined {
  return typeof trust === 'object' && trust.key === key ? trust : undefined;
}

/** The floor that the server names for a key. */
function namedFloor(who: WhoAnswer, key: IdentityKey): number {
  return who.says === 'key' && who.key === key ? who.floor : 0;
}

function protectionBy(key: IdentityKey, pin: Pin | undefined, isConfirmed: boolean): Protection {
  return { is: 'private', key, isVerified: pin !== undefined && pin.by !== 'server', isConfirmed };
}
