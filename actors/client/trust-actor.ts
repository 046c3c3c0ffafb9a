/**
 * Reports what is known about the keys of the buddies: at the start, when the user signs in, and after each
 * change, even a change by another process.
 */

import { isDeepStrictEqual } from 'node:util';
import type { BuddyTrusts, TrustReport } from '../../machines/client/pins.js';
import type { RestartState } from '../../machines/client/restart-state.js';
import { type BehaviourLogic, fromBehaviour, type Timer } from '../../supervision/behaviour.js';
import type { Address } from '../../supervision/mailbox.js';
import type { Privacy } from './privacy.js';

/** The time between two reads of the pins, in milliseconds. Other processes may change the pins. */
const LOOK_MS = 5_000;

export interface TrustActorInput {
  readonly owner: Address<TrustReport>;
}

/** Who is signed in, and when that may have changed. */
export interface SignedInUsers {
  readonly state: Pick<RestartState, 'user'>;
  /** Calls `follower` whenever the signed-in user may have changed, until the returned function is called. */
  follow(follower: () => void): () => void;
}

type TrustActorEvent = { readonly type: 'trust.look' };

/** Actor logic that reports the trust of the signed-in user in the keys of buddies. */
export function trustLogic(
  privacy: Privacy,
  users: SignedInUsers,
): BehaviourLogic<TrustActorEvent, TrustActorInput> {
  return fromBehaviour((scope, { owner }) => {
    const userNow = () => users.state.user?.id;
    /** The last report; `unknown` if the owner may have dropped it. */
    let reported: BuddyTrusts | 'unknown' | undefined;
    let isLooking = false;
    let timer: Timer | undefined;

    async function look(): Promise<void> {
      const user = userNow();
      const isKeyed = privacy.keyOf(user) !== undefined;
      const trust = user !== undefined && isKeyed ? await privacy.keeper.trustInAll(user) : undefined;
      if (user !== undefined) await privacy.keeper.recheck(user);
      isLooking = false;
      if (user !== userNow()) return lookSoon();
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
    const stopFollowing = users.follow(
      scope.guard(() => {
        reported = 'unknown';
        lookSoon();
      }),
    );
    lookAgain();
    return {
      receive: () => look() as unknown as undefined,
      release() {
        scope.cancel(timer);
        stopWatching();
        stopFollowing();
      },
    };
  });
}
