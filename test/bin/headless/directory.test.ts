import test from 'ava';
import { buddies } from '../../../bin/headless/directory.js';
import type { Session } from '../../../bin/headless/session.js';
import type { EventName, Fields } from '../../../bin/headless/wording.js';
import type { Buddy, BuddyList } from '../../../protocol/buddy-list.js';
import type { UserId } from '../../../protocol/id.js';

const bob: Buddy = { id: 'bob' as UserId, status: 100, endpoint: { address: '192.0.2.7', port: 4_000 } };
const carl: Buddy = { id: 'carl' as UserId, status: 101, endpoint: undefined };

const cut = (...list: readonly Buddy[]): BuddyList => Object.assign([...list], { mayBeCut: true as const });

/** The events that `buddies --watch` prints for a sequence of lists, and its exit code. */
async function watch(...lists: readonly [BuddyList, ...BuddyList[]]) {
  const [first, ...later] = lists;
  const printed: string[] = [];
  const client = {
    buddies: async () => first,
    trust: async () => new Map([['bob', 'verified']]),
    async *watchBuddies() {
      yield* later;
    },
  };
  const output = {
    async say(event: EventName, { buddy, status, state }: Fields) {
      printed.push([event, buddy, status, state].filter((part) => part !== undefined).join(' '));
    },
  };
  const code = await buddies(
    {
      client,
      output,
      stopped: new AbortController().signal,
      signedOut: new AbortController().signal,
    } as never as Session,
    true,
  );
  return { printed, code };
}

test('a buddy is printed at the start, after each change, and after its removal', async (t) => {
  const { printed, code } = await watch([bob, carl], [{ ...bob, status: 102 }, carl], [carl]);
  t.deepEqual(printed, [
    'buddy bob ONLINE verified',
    'buddy carl OFFLINE',
    'buddy bob AWAY verified',
    'removed bob',
  ]);
  t.is(code, 0);
});

test('a buddy missing from a list that may be cut is neither printed nor forgotten', async (t) => {
  const { printed, code } = await watch([carl, bob], cut(carl), cut(carl, bob), cut(carl));
  t.deepEqual(printed, ['buddy carl OFFLINE', 'buddy bob ONLINE verified', 'cut']);
  t.is(code, 16);
});

test('a buddy missing from a cut list is removed by the next whole list', async (t) => {
  const { printed, code } = await watch([carl, bob], cut(carl), [carl]);
  t.deepEqual(printed, ['buddy carl OFFLINE', 'buddy bob ONLINE verified', 'cut', 'removed bob']);
  t.is(code, 0);
});
