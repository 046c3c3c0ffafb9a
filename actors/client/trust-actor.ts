/**
 * Reports what is known about the keys of the buddies: at the start, when the user signs in, and after each
 * change, also one that another process made.
 */

import { isDeepStrictEqual } from 'node:util';
import type { BuddyTrusts, TrustReport } from '../../machines/client/pins.js';
import type { UserId } from '../../protocol/id.js';
import { type BehaviourLogic, fromBehaviour, type Timer } from '../../supervision/behaviour.js';
import type { Address } from '../../supervision/mailbox.js';
import type { Privacy } from './privacy.js';

/** Time between two looks at the file, which other processes change too, in milliseconds. */
const LOOK_MS = 5_000;

export interface TrustActorInput {
  readonly owner: Address<TrustReport>;
}

type TrustActorEvent = { readonly type: 'trust.look' };

/** Actor logic of the keeper of keys. */
export function trustLogic(
  privacy: Privacy,
  userNow: () => UserId | undefined,
): BehaviourLogic<TrustActorEvent, TrustActorInput> {
  return fromBehaviour((scope, { owner }) => {
    let reported: BuddyTrusts | undefined;
    let isLooking = false;
    let timer: Timer | undefined;

    async function look(): Promise<void> {
      const user = userNow();
      const isKeyed = privacy.keyOf(user) !== undefined;
      const trust = user !== undefined && isKeyed ? await privacy.keeper.trustInAll(user) : undefined;
      isLooking = false;
      if (isDeepStrictEqual(trust, reported)) return;
      reported = trust;
      owner.send({ type: 'trust.reported', trust });
    }

    function lookSoon(): void {
      if (isLooking) return;
      isLooking = true;
      scope.self.send({ type: 'trust.look' });
    }

    function lookAgain(): void {
      lookSoon();
      timer = scope.callLater(lookAgain, LOOK_MS);
    }

    const stopWatching = privacy.keeper.watch(
      scope.guard(({ user, buddy, became }) => {
        if (user !== userNow()) return;
        if (became !== 'other') owner.send({ type: 'key.reported', buddy, became });
        lookSoon();
      }),
    );
    lookAgain();
    return {
      receive: () => look() as unknown as undefined,
      release() {
        scope.cancel(timer);
        stopWatching();
      },
    };
  });
}
