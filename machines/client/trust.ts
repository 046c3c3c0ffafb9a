/**
 * The trust in the key of one buddy.
 *
 * Owns: the pin, which is all that is stored. Trusts: its owner. Before each decision, the owner restores the
 * trust from the file, because other processes write to the file too. The owner makes a pin durable before
 * the pin counts.
 *
 * Only the events below change the trust. Calls, addresses, timeouts of calls and DEL are not among these
 * events, because a wrong key in a call proves nothing about the buddy. Therefore a stranger cannot change
 * the trust.
 */

import { assign, setup } from 'xstate';
import type { IdentityKey } from '../../protocol/key.js';
import { type KeyFloor, type Pin, type PinnedBy, type StoredTrust, trustLevelOf } from './pins.js';
import type { WhoAnswer } from './who.js';

export interface TrustContext {
  readonly trust: StoredTrust;
}

export type TrustEvent =
  // From the server, which answered WHO.
  /** The server names a key of the buddy. */
  | { readonly type: 'who.key'; readonly key: IdentityKey; readonly floor: number }
  /**
   * The server knows no key: the id is open or not registered, or the server keeps no keys. The event changes
   * nothing.
   */
  | { readonly type: 'who.none' }
  /** The server did not answer, or its answer is not valid. The pin and the known floor stay. */
  | { readonly type: 'who.failed' }
  // From the user.
  /** The user typed the words that the buddy read out. They are the words of this key. */
  | { readonly type: 'words.matched'; readonly key: IdentityKey }
  /** The user gave the key itself: `bob#key`. */
  | { readonly type: 'key.given'; readonly key: IdentityKey }
  | { readonly type: 'buddy.forgotten' }
  // From a certificate of the buddy, or from the server.
  | { readonly type: 'floor.raised'; readonly key: IdentityKey; readonly floor: number };

/** The effects of the chart. Each is complete before the owner runs the next one. */
export type TrustAction =
  /** Stores the pin of the context, durably. */
  | 'storePin'
  /** Stores that no key is known, durably. */
  | 'forgetPin'
  /** Reports that the server names a key other than the pinned key. */
  | 'reportChanged'
  /** Reports that the server names the pinned key again. */
  | 'reportUnchanged';

interface Args<TEvent = TrustEvent> {
  readonly context: TrustContext;
  readonly event: TEvent;
}

type KeyEvent = Extract<TrustEvent, { readonly key: IdentityKey }>;

function firstContext({ input }: { readonly input: TrustContext }): TrustContext {
  return { trust: input.trust };
}

function pinIn({ trust }: TrustContext): Pin | undefined {
  return trust === 'damaged' ? undefined : trust;
}

/** The key of an event, and the floor of the key. The floor is 0 if the event names none. */
function keyIn(event: TrustEvent): KeyFloor {
  const { key, floor = 0 } = event as KeyEvent & { readonly floor?: number };
  return { key, floor };
}

/** The pin for a key that the user vouches for. If the floor of the key is known, the pin keeps it. */
function vouchedPin({ context, event }: Args, by: PinnedBy): TrustContext {
  const { key } = keyIn(event);
  const pin = pinIn(context);
  const known = [pin, pin?.other].find((each) => each?.key === key);
  return { trust: { key, floor: known?.floor ?? 0, by } };
}

function isPinnedKey({ context, event }: Args): boolean {
  return pinIn(context)?.key === keyIn(event).key;
}

function isOtherKey({ context, event }: Args): boolean {
  return pinIn(context)?.other?.key === keyIn(event).key;
}

function isVerified({ context }: Pick<Args, 'context'>): boolean {
  return pinIn(context)?.by !== 'server';
}

function raisesFloor(known: KeyFloor | undefined, event: TrustEvent): boolean {
  const { key, floor } = keyIn(event);
  return known?.key === key && floor > known.floor;
}

const effect = () => {};

/** While a key is pinned or verified: handles the keys and floors that the server or the buddy names. */
const watchingServer = {
  'who.key': [
    { guard: 'raisesFloor', actions: ['raiseFloor', 'storePin'] },
    { guard: 'isAnotherKey', target: 'changed', actions: ['rememberOther', 'storePin', 'reportChanged'] },
  ],
  'floor.raised': { guard: 'raisesFloor', actions: ['raiseFloor', 'storePin'] },
} as const;

export const trustMachine = setup({
  types: {} as { context: TrustContext; input: TrustContext; events: TrustEvent },
  guards: {
    wasDamaged: ({ context }) => trustLevelOf(context.trust) === 'damaged',
    wasChanged: ({ context }) => trustLevelOf(context.trust) === 'changed',
    wasVerified: ({ context }) => trustLevelOf(context.trust) === 'verified',
    wasPinned: ({ context }) => trustLevelOf(context.trust) === 'pinned',
    isPinnedKey,
    isVerifiedKey: (args) => isPinnedKey(args) && isVerified(args),
    isOtherKey,
    isAnotherKey: (args) => !isPinnedKey(args),
    isNewKey: (args) => !isPinnedKey(args) && !isOtherKey(args),
    raisesFloor: ({ context, event }) => raisesFloor(pinIn(context), event),
    raisesOtherFloor: ({ context, event }) => raisesFloor(pinIn(context)?.other, event),
  },
  actions: {
    pinKeyOfServer: assign(({ event }) => ({ trust: { ...keyIn(event), by: 'server' as const } })),
    pinKeyOfWords: assign((args) => vouchedPin(args, 'words')),
    pinKeyOfUser: assign((args) => vouchedPin(args, 'key')),
    dropPin: assign({ trust: undefined }),
    rememberOther: assign(({ context, event }) => ({
      trust: { ...(context.trust as Pin), other: keyIn(event) },
    })),
    restorePin: assign(({ context, event }) => {
      const { key, by, floor } = context.trust as Pin;
      return { trust: { key, floor: Math.max(floor, keyIn(event).floor), by } };
    }),
    raiseFloor: assign(({ context, event }) => ({
      trust: { ...(context.trust as Pin), floor: keyIn(event).floor },
    })),
    ...({
      storePin: effect,
      forgetPin: effect,
      reportChanged: effect,
      reportUnchanged: effect,
    } satisfies Record<TrustAction, () => void>),
  },
}).createMachine({
  id: 'trust',
  description: 'Decides which key belongs to one buddy.',
  context: firstContext,
  initial: 'restoring',
  states: {
    restoring: {
      description: 'Restores the trust from the stored pin.',
      always: [
        { guard: 'wasDamaged', target: 'damaged' },
        { guard: 'wasChanged', target: 'changed' },
        { guard: 'wasVerified', target: 'verified' },
        { guard: 'wasPinned', target: 'pinned' },
        { target: 'unknown' },
      ],
    },
    unknown: {
      description: 'No key is known. The client pins the first key that the server names.',
      on: {
        'who.key': { target: 'pinned', actions: ['pinKeyOfServer', 'storePin'] },
        'words.matched': { target: 'verified', actions: ['pinKeyOfWords', 'storePin'] },
        'key.given': { target: 'verified', actions: ['pinKeyOfUser', 'storePin'] },
      },
    },
    pinned: {
      description: 'The server has named the key, and the user has not verified it.',
      on: {
        ...watchingServer,
        'words.matched': {
          guard: 'isPinnedKey',
          target: 'verified',
          actions: ['pinKeyOfWords', 'storePin'],
          description: 'Words of any other key are ignored: the client compares only with known keys.',
        },
        'key.given': {
          target: 'verified',
          actions: ['pinKeyOfUser', 'storePin'],
          description: 'The key that the user gave counts, even if the server named a different key.',
        },
        'buddy.forgotten': { target: 'unknown', actions: ['dropPin', 'forgetPin'] },
      },
    },
    verified: {
      description: 'The user has compared the words, or has given the key.',
      on: {
        ...watchingServer,
        'key.given': {
          guard: 'isAnotherKey',
          actions: ['pinKeyOfUser', 'storePin'],
          description: 'The user gave another key. It replaces the verified key.',
        },
        'buddy.forgotten': { target: 'unknown', actions: ['dropPin', 'forgetPin'] },
      },
    },
    changed: {
      description: 'The server names a key other than the pinned key. The user must decide before any call.',
      on: {
        'who.key': [
          {
            guard: 'isVerifiedKey',
            target: 'verified',
            actions: ['restorePin', 'storePin', 'reportUnchanged'],
            description: 'The server names the pinned key again.',
          },
          {
            guard: 'isPinnedKey',
            target: 'pinned',
            actions: ['restorePin', 'storePin', 'reportUnchanged'],
            description: 'The server names the pinned key again.',
          },
          { guard: 'isNewKey', actions: ['rememberOther', 'storePin', 'reportChanged'] },
          { guard: 'raisesOtherFloor', actions: ['rememberOther', 'storePin'] },
        ],
        'floor.raised': { guard: 'raisesFloor', actions: ['raiseFloor', 'storePin'] },
        'words.matched': [
          {
            guard: 'isPinnedKey',
            target: 'verified',
            actions: ['pinKeyOfWords', 'storePin'],
            description: 'The user has verified the pinned key.',
          },
          {
            guard: 'isOtherKey',
            target: 'verified',
            actions: ['pinKeyOfWords', 'storePin'],
            description: 'The user has verified the other key: the buddy has a new key.',
          },
        ],
        'key.given': { target: 'verified', actions: ['pinKeyOfUser', 'storePin'] },
        'buddy.forgotten': { target: 'unknown', actions: ['dropPin', 'forgetPin'] },
      },
    },
    damaged: {
      description:
        'The stored pin is not readable. Until the user decides, no key from the server replaces the pin.',
      on: {
        'words.matched': { target: 'verified', actions: ['pinKeyOfWords', 'storePin'] },
        'key.given': { target: 'verified', actions: ['pinKeyOfUser', 'storePin'] },
        'buddy.forgotten': { target: 'unknown', actions: ['dropPin', 'forgetPin'] },
      },
    },
  },
});

/** Converts an answer to WHO into an event of the trust. */
export function trustEventOf(who: WhoAnswer): TrustEvent {
  switch (who.says) {
    case 'key':
      return { type: 'who.key', key: who.key, floor: who.floor };
    case 'nothing':
      return { type: 'who.failed' };
    default:
      return { type: 'who.none' };
  }
}
