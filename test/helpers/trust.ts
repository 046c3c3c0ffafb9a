/** Keys, stored pins, answers of the server and events for tests of the trust in a buddy. */

import fc from 'fast-check';
import type { Pin, StoredTrust } from '../../machines/client/pins.js';
import { type TrustAction, type TrustEvent, trustMachine } from '../../machines/client/trust.js';
import type { WhoAnswer } from '../../machines/client/who.js';
import { stepsOf } from '../../machines/steps.js';
import type { IdentityKey } from '../../protocol/key.js';

export const KEY = 'RRiu0SkqUJPOcdPIJM_kchtjUBrq3yI9gAdgRZCmsoA' as IdentityKey;
export const OTHER = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' as IdentityKey;
export const THIRD = 'PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw' as IdentityKey;

export const PINNED: StoredTrust = { key: KEY, floor: 0, by: 'server' };
export const VERIFIED: StoredTrust = { key: KEY, floor: 0, by: 'words' };
export const CHANGED: StoredTrust = { ...PINNED, other: { key: OTHER, floor: 0 } };

export const NAMES_KEY: WhoAnswer = { says: 'key', key: KEY, floor: 0 };
export const NAMES_OTHER: WhoAnswer = { says: 'key', key: OTHER, floor: 0 };
export const NAMES_THIRD: WhoAnswer = { says: 'key', key: THIRD, floor: 0 };
/** The answers without a key, by their meaning. */
export const WITHOUT_KEY = {
  'the server knows no key': { says: 'open' },
  'the server does not know the id': { says: 'unregistered' },
  'the server keeps no keys': { says: 'keyless-server' },
  'the server does not answer': { says: 'nothing' },
} as const satisfies Record<string, WhoAnswer>;

const { step } = stepsOf(trustMachine, { trust: undefined });

/** Starts the machine with stored trust, and sends events. The result has only the last event's effects. */
export function trustAfter(
  stored: StoredTrust,
  ...events: readonly TrustEvent[]
): { readonly state: unknown; readonly trust: StoredTrust; readonly effects: readonly TrustAction[] } {
  let { first: state } = stepsOf(trustMachine, { trust: stored });
  let effects: readonly string[] = [];
  for (const event of events) [state, effects] = step(state, event);
  return { state: state.value, trust: state.context.trust, effects: effects as readonly TrustAction[] };
}

const someKey = fc.constantFrom(KEY, OTHER, THIRD);
const someFloor = fc.nat({ max: 3 });
const someKeyFloor = fc.record({ key: someKey, floor: someFloor });

export const someWho: fc.Arbitrary<WhoAnswer> = fc.oneof(
  { weight: 2, arbitrary: someKeyFloor.map((named) => ({ says: 'key' as const, ...named })) },
  fc.constantFrom(...Object.values(WITHOUT_KEY)),
);

export const somePin: fc.Arbitrary<Pin> = fc
  .record(
    {
      key: someKey,
      floor: someFloor,
      by: fc.constantFrom('server' as const, 'words' as const, 'key' as const),
      other: someKeyFloor,
    },
    { requiredKeys: ['key', 'floor', 'by'] },
  )
  .filter(({ key, other }) => other?.key !== key);

export const someTrust: fc.Arbitrary<StoredTrust> = fc.oneof(
  somePin,
  fc.constant('damaged' as const),
  fc.constant(undefined),
);

export const someTrustEvent: fc.Arbitrary<TrustEvent> = fc.oneof(
  { weight: 2, arbitrary: someKeyFloor.map((named) => ({ type: 'who.key' as const, ...named })) },
  someKeyFloor.map((named) => ({ type: 'floor.raised' as const, ...named })),
  someKey.map((key) => ({ type: 'words.matched' as const, key })),
  someKey.map((key) => ({ type: 'key.given' as const, key })),
  fc.constantFrom<TrustEvent>({ type: 'who.none' }, { type: 'who.failed' }, { type: 'buddy.forgotten' }),
);
