/**
 * Decides whether a call is private (inside TLS), in clear or refused: `decideCalling` for outgoing calls,
 * `decideCalled` for incoming calls.
 *
 * The decisions do not change the trust in the buddy. A decision is the same before and after the trust
 * (trust.ts) has handled the server's answer.
 */

import type { IdentityKey } from '../../protocol/key.js';
import type { PrivateAnswer } from '../../protocol/private-chat.js';
import type { Pin, StoredTrust } from './pins.js';
import type { WhoAnswer } from './who.js';

/**
 * The user's choice for all calls. `private`: never in clear. `as-can`: in clear only if no key is known and
 * the server has answered. `clear`: in clear if no key is known, even if the server does not answer.
 */
export type PrivacyMode = 'as-can' | 'private' | 'clear';

/** Why a buddy can neither call nor be called until the user decides about the buddy's key. */
type Barrier = 'changed' | 'damaged';

export type CallingDecision =
  /** Call over TLS. The client sends nothing inside TLS before the other end has proven this key. */
  | {
      readonly kind: 'private';
      readonly key: IdentityKey;
      /** True if the key comes from the server. The trust must then pin the key durably before the call. */
      readonly pinsFirst: boolean;
    }
  /** Call in clear. `why`: what the server said. */
  | { readonly kind: 'clear'; readonly why: Exclude<WhoAnswer['says'], 'key'> }
  /** Do not call. `why`: the reason to report to the user. */
  | { readonly kind: 'none'; readonly why: Barrier | 'server-silent' | 'not-private' };

/** Decides how to call a buddy. */
export function decideCalling(trust: StoredTrust, who: WhoAnswer, privacy: PrivacyMode): CallingDecision {
  const barrier = barrierIn(trust, who);
  if (barrier !== undefined) return { kind: 'none', why: barrier };
  const pin = trust as Pin | undefined;
  if (pin !== undefined) return { kind: 'private', key: pin.key, pinsFirst: false };
  if (who.says === 'key') return { kind: 'private', key: who.key, pinsFirst: true };
  if (who.says === 'nothing' && privacy !== 'clear') return { kind: 'none', why: 'server-silent' };
  return privacy === 'private' ? { kind: 'none', why: 'not-private' } : { kind: 'clear', why: who.says };
}

/** A call that arrives. */
export type Arrival =
  /** Over TLS. The caller has proven this key. */
  | {
      readonly kind: 'private';
      readonly key: IdentityKey;
      /** Whether the call names the caller's id, and names the user as the called party. */
      readonly isForUser: boolean;
    }
  /** In clear. The call may name the id of the caller. */
  | { readonly kind: 'clear'; readonly isNamed: boolean };

/** When the trust handles the server's answer to WHO. `on-accept`: only when the user accepts the call. */
export type WhoUse = 'now' | 'on-accept' | 'never';

/**
 * Once this many keys are pinned, a call pins no further key. The file of pins has room for at least twice as
 * many. Therefore calls by strangers cannot fill the file, and room for the keys of buddies remains.
 */
const MAX_PINS_FOR_CALLS: Readonly<Record<Exclude<WhoUse, 'never'>, number>> = {
  now: 1_000,
  'on-accept': 10_000,
};

/** Whether a call may make the trust handle the answer to WHO. Always true if the trust is already stored. */
export function mayPin(trust: StoredTrust, use: Exclude<WhoUse, 'never'>, pinCount: number): boolean {
  return trust !== undefined || pinCount < MAX_PINS_FOR_CALLS[use];
}

export type CalledDecision =
  | {
      readonly kind: 'ring';
      /** `unconfirmed`: private, but neither a pin nor the server confirms that the id has this key. */
      readonly manner: 'private' | 'unconfirmed' | 'clear';
      readonly whoUse: WhoUse;
    }
  | {
      readonly kind: 'refuse';
      readonly answer: Extract<PrivateAnswer, 'DENIED key' | 'DENIED who' | 'REJECT'>;
      /** What to report to the user, if {@link isReportDue}; `undefined`: nothing. */
      readonly report: Barrier | 'wrong-key' | 'in-clear' | 'server-silent' | 'not-private' | undefined;
      readonly whoUse: WhoUse;
    };

/** The shortest time between two reports of refused calls in the name of one buddy, in milliseconds. */
export const DENIAL_REPORT_MS = 60_000;

/**
 * Decides whether a call rings.
 *
 * @param trust The trust in the id that the caller names. For the user's own id: a pin of the user's own key.
 * @param who The server's answer about that id. Ignored if the call names no id.
 */
export function decideCalled(
  arrival: Arrival,
  trust: StoredTrust,
  who: WhoAnswer,
  privacy: PrivacyMode,
): CalledDecision {
  return arrival.kind === 'private'
    ? decidePrivateCall(arrival, trust, who)
    : decideClearCall(arrival.isNamed, trust, who, privacy);
}

function decidePrivateCall(
  { key, isForUser }: Extract<Arrival, { readonly kind: 'private' }>,
  trust: StoredTrust,
  who: WhoAnswer,
): CalledDecision {
  if (!isForUser) return { kind: 'refuse', answer: 'DENIED who', report: undefined, whoUse: 'never' };
  const barrier = barrierIn(trust, who);
  if (barrier !== undefined) return { kind: 'refuse', answer: 'DENIED key', report: barrier, whoUse: 'now' };
  const pin = trust as Pin | undefined;
  if (pin !== undefined) {
    return pin.key === key
      ? { kind: 'ring', manner: 'private', whoUse: 'now' }
      : { kind: 'refuse', answer: 'DENIED key', report: 'wrong-key', whoUse: 'now' };
  }
  if (who.says !== 'key') return { kind: 'ring', manner: 'unconfirmed', whoUse: 'never' };
  return who.key === key
    ? { kind: 'ring', manner: 'private', whoUse: 'on-accept' }
    : { kind: 'refuse', answer: 'DENIED key', report: undefined, whoUse: 'never' };
}

function decideClearCall(
  isNamed: boolean,
  trust: StoredTrust,
  who: WhoAnswer,
  privacy: PrivacyMode,
): CalledDecision {
  const refuse = (report: Barrier | 'in-clear' | 'server-silent' | 'not-private'): CalledDecision => ({
    kind: 'refuse',
    answer: 'REJECT',
    report,
    whoUse: isNamed ? 'now' : 'never',
  });
  if (isNamed) {
    const barrier = barrierIn(trust, who);
    if (barrier !== undefined) return refuse(barrier);
    if (trust !== undefined || who.says === 'key') return refuse('in-clear');
    if (who.says === 'nothing' && privacy !== 'clear') return refuse('server-silent');
  }
  return privacy === 'private' ? refuse('not-private') : { kind: 'ring', manner: 'clear', whoUse: 'never' };
}

/** Why a buddy can neither call nor be called, after the trust has handled the server's answer. */
function barrierIn(trust: StoredTrust, who: WhoAnswer): Barrier | undefined {
  if (trust === undefined) return undefined;
  if (trust === 'damaged') return 'damaged';
  const named = who.says === 'key' ? who.key : (trust.other?.key ?? trust.key);
  return named === trust.key ? undefined : 'changed';
}

/**
 * Whether `--accept buddies` accepts a call. A buddy with a key is accepted only with that key.
 *
 * @param isBuddy Whether the caller's id is on the user's list. The call names this id, or the client guesses
 * the id from the caller's address.
 */
export function isAcceptedAsBuddy(decision: CalledDecision, isBuddy: boolean): boolean {
  return isBuddy && decision.kind === 'ring' && decision.manner !== 'unconfirmed';
}

/**
 * Whether the client may guess that a call in clear without an id comes from this buddy, because the caller
 * has the buddy's address.
 */
export function canBeGuessed(trust: StoredTrust): boolean {
  return trust === undefined;
}

/**
 * Whether to report a refused call to the user. Reports are limited: a stranger who calls again and again
 * must not fill the screen.
 *
 * @param lastMs When a refused call in the same name was last reported; `undefined`: never. Both times are in
 * milliseconds of the monotonic clock.
 */
export function isReportDue(lastMs: number | undefined, uptimeMs: number): boolean {
  return lastMs === undefined || uptimeMs - lastMs >= DENIAL_REPORT_MS;
}
