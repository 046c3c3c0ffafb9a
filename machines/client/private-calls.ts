/**
 * Decides whether a call is private, in clear or refused: one function for calling, one for being called.
 *
 * The decisions do not change the trust in the buddy. They are the same before and after the trust has
 * handled the server's answer.
 */

import type { IdentityKey } from '../../protocol/key.js';
import type { PrivateAnswer } from '../../protocol/private-chat.js';
import type { Pin, StoredTrust } from './pins.js';
import type { WhoAnswer } from './who.js';

/**
 * What the user chose in advance. `private`: never in clear. `clear`: in clear also if the server is silent
 * and no key is known. It does not override a key.
 */
export type PrivacyMode = 'as-can' | 'private' | 'clear';

/** Why the key of a buddy rules out calls in both directions, until the user decides. */
type Barrier = 'changed' | 'damaged';

export type CallingDecision =
  /** Call by TLS. Not one byte is sent before the other end has proven that it has this key. */
  | {
      readonly kind: 'private';
      readonly key: IdentityKey;
      /** The trust pins the key of the server, durably, before the call. */
      readonly pinsFirst: boolean;
    }
  /** Call in clear, and say why. */
  | { readonly kind: 'clear'; readonly why: Exclude<WhoAnswer['says'], 'key'> }
  /** Do not call, and say why. */
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
  /** By TLS, with an accepted chain of this key. */
  | {
      readonly kind: 'private';
      readonly key: IdentityKey;
      /** Whether the call names an id of its caller, and the user as the one who is called. */
      readonly isForUser: boolean;
    }
  /** In clear, with the id of the caller or without. */
  | { readonly kind: 'clear'; readonly isNamed: boolean };

/** When to hand WHO's answer to the trust. `on-accept`: only if the user accepts the call. */
export type WhoUse = 'now' | 'on-accept' | 'never';

export type CalledDecision =
  | {
      readonly kind: 'ring';
      /** `unconfirmed`: private, but the server does not confirm that the key belongs to the said id. */
      readonly manner: 'private' | 'unconfirmed' | 'clear';
      readonly whoUse: WhoUse;
    }
  | {
      readonly kind: 'refuse';
      readonly answer: Extract<PrivateAnswer, 'DENIED key' | 'DENIED who' | 'REJECT'>;
      /** What the user is told, if {@link isReportDue}; `undefined`: nothing. */
      readonly report: Barrier | 'wrong-key' | 'in-clear' | 'server-silent' | 'not-private' | undefined;
      readonly whoUse: WhoUse;
    };

/** Least time between two reports of refused calls in the name of one buddy, in milliseconds. */
export const DENIAL_REPORT_MS = 60_000;

/**
 * Decides whether a call rings.
 *
 * @param trust The trust in the id that the caller says. For the user's own id, a pin of the user's own key.
 * @param who The server's answer about that id. Without an id, it does not matter.
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

/** Why there are no calls with a buddy, once the trust has handled the answer. */
function barrierIn(trust: StoredTrust, who: WhoAnswer): Barrier | undefined {
  if (trust === undefined) return undefined;
  if (trust === 'damaged') return 'damaged';
  const named = who.says === 'key' ? who.key : (trust.other?.key ?? trust.key);
  return named === trust.key ? undefined : 'changed';
}

/**
 * Whether a call is one that `--accept buddies` takes: a buddy with a key is accepted only by the key.
 *
 * @param isBuddy Whether the said id, or the id guessed from the address, is on the user's list.
 */
export function isAcceptedAsBuddy(decision: CalledDecision, isBuddy: boolean): boolean {
  return isBuddy && decision.kind === 'ring' && decision.manner !== 'unconfirmed';
}

/** Whether a call in clear without an id may be taken for a call of this buddy, because of its address. */
export function canBeGuessed(trust: StoredTrust): boolean {
  return trust === undefined;
}

/**
 * Whether the user is told about a refused call, so that a stranger who calls again and again does not fill
 * the screen.
 *
 * @param lastMs When the user was last told about a refused call in the same name; `undefined`: never. Times
 * are in milliseconds of the monotonic clock.
 */
export function isReportDue(lastMs: number | undefined, uptimeMs: number): boolean {
  return lastMs === undefined || uptimeMs - lastMs >= DENIAL_REPORT_MS;
}
