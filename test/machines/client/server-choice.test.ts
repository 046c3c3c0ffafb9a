import test from 'ava';
import fc from 'fast-check';
import {
  addressesOf,
  afterAnswer,
  afterConnection,
  afterDatagram,
  afterLookup,
  afterRefusal,
  afterRound,
  currentPlace,
  type FoundAddress,
  firstChoice,
  hasOthers,
  isCurrent,
  isLapOver,
  type Place,
  type ServerChoice,
  UNANSWERED_ROUNDS,
} from '../../../machines/client/server-choice.js';

const HOSTS = ['a', 'b', 'c'];

/** The id of a user who begins at server `a`. */
const id = Array.from({ length: 100 }, (_, count) => `user${count}`).find(
  (one) => currentPlace(firstChoice(HOSTS, one)).host === 'a',
) as string;

const v4 = (...addresses: string[]): FoundAddress[] => addresses.map((address) => ({ address, family: 4 }));

/** A round of datagrams that the server does not answer. */
const silence = (choice: ServerChoice) => afterRound(afterDatagram(choice));

/** A step, in the notation of these tests: `refused a` means that server `a` refused a connection. */
type Step = 'sent' | 'answered' | 'round' | `refused ${string}` | `found ${string}` | `connected ${string}`;

/** Parses a place in a step: `a`, or `a:10.0.0.1`. */
function placeOf(text: string): Place {
  const [host = '', address] = text.split(':');
  return { host, address };
}

function walk(choice: ServerChoice, ...steps: readonly Step[]): ServerChoice {
  return steps.reduce((before, step) => {
    const [type, rest = ''] = step.split(' ');
    const { host } = currentPlace(before);
    switch (type) {
      case 'sent':
        return afterDatagram(before);
      case 'answered':
        return afterAnswer(before);
      case 'round':
        return afterRound(before);
      case 'refused':
        return afterRefusal(before, placeOf(rest));
      case 'found':
        return afterLookup(before, host, v4(...rest.split(',')));
      default:
        return afterConnection(before, { host, address: rest });
    }
  }, choice);
}

test('users begin at different servers, and a user begins at the same server every time', (t) => {
  const counts = new Map<string, number>();
  for (let count = 0; count < 3_000; count++) {
    const { host } = currentPlace(firstChoice(HOSTS, `user${count}`));
    t.is(currentPlace(firstChoice(HOSTS, `user${count}`)).host, host);
    counts.set(host, (counts.get(host) ?? 0) + 1);
  }
  for (const host of HOSTS) t.true((counts.get(host) ?? 0) > 800, `${host} ${counts.get(host)}`);
});

/** Each row has steps, and the server at which the client is after them. The client begins at server `a`. */
const MOVES: readonly (readonly [steps: readonly Step[], host: string, address?: string])[] = [
  [[], 'a'],
  [['refused a'], 'b'],
  // Two requests that are refused at the same time cause one move.
  [['refused a', 'refused a'], 'b'],
  [['refused b'], 'a'],
  [['refused a', 'refused b', 'refused c'], 'a'],
  [['sent', 'round'], 'a'],
  [['sent', 'round', 'sent', 'round'], 'b'],
  [['sent', 'round', 'sent', 'answered', 'sent', 'round'], 'a'],
  // A round in which nothing was sent does not count.
  [['round', 'round', 'sent', 'round', 'round'], 'a'],
  // Several datagrams in one round count as one.
  [['sent', 'sent', 'sent', 'round'], 'a'],
  [['found 10.0.0.1', 'sent', 'round', 'sent', 'round'], 'b'],
  // The next server, too, is left only after two unanswered rounds.
  [['sent', 'round', 'sent', 'round', 'sent', 'round'], 'b'],
  [['sent', 'round', 'refused a', 'sent', 'round'], 'b'],
];

for (const [steps, host] of MOVES)
  test(`the client is at ${host} after: ${steps.join(', ') || 'nothing'}`, (t) => {
    t.is(currentPlace(walk(firstChoice(HOSTS, id), ...steps)).host, host);
  });

test('a name with several addresses counts as several servers', (t) => {
  const one = firstChoice(['a'], 'alice');
  t.false(hasOthers(one));
  const found = walk(one, 'found 10.0.0.1,10.0.0.2');
  t.true(hasOthers(found));
  const { address } = currentPlace(found);
  t.is(currentPlace(walk(found, 'found 10.0.0.2,10.0.0.1')).address, address, 'in any order');
  const moved = silence(silence(found));
  t.not(currentPlace(moved).address, address);
  t.false(isLapOver(moved));
  t.is(
    currentPlace(walk(moved, 'found 10.0.0.2,10.0.0.1')).address,
    currentPlace(moved).address,
    'the client does not move',
  );
  const back = silence(silence(moved));
  t.is(currentPlace(back).address, address);
  t.true(isLapOver(back));
  t.is(currentPlace(walk(moved, 'found 10.0.0.9')).address, '10.0.0.9', 'the old address was not found');
});

test('a connection to another address of the server moves the client to that address', (t) => {
  const found = walk(firstChoice(['a'], 'alice'), 'found 10.0.0.1,10.0.0.2');
  const other = found.addresses[1] as string;
  const moved = walk(found, 'sent', 'round', `connected ${other}`);
  t.is(currentPlace(moved).address, other);
  t.is(moved.unanswered, 0);
  t.is(walk(found, `connected ${found.address}`), found);
  t.is(walk(found, 'connected 10.0.0.3'), found, 'an address that no look-up found is ignored');
});

test('only the addresses of one family count as servers', (t) => {
  const choice = firstChoice(['localhost'], 'alice');
  const both = [
    { address: '::1', family: 6 },
    { address: '127.0.0.1', family: 4 },
  ];
  t.deepEqual(addressesOf(choice, both), ['127.0.0.1']);
  t.false(hasOthers(afterLookup(choice, 'localhost', both)));
  t.deepEqual(addressesOf(choice, both.slice(0, 1)), ['::1']);
  t.deepEqual(addressesOf(choice, []), []);
});

test('a look-up changes nothing if the client has meanwhile left that server', (t) => {
  const left = walk(firstChoice(HOSTS, id), 'refused a');
  t.is(afterLookup(left, 'a', v4('10.0.0.1')), left);
});

test('the client leaves an address that refuses, and leaves the host if all its addresses refuse', (t) => {
  const found = walk(firstChoice(HOSTS, id), 'found 10.0.0.1,10.0.0.2');
  const [first, second] = found.addresses;
  const next = walk(found, `refused a:${first}`);
  t.deepEqual(currentPlace(next), { host: 'a', address: second });
  t.is(walk(next, `refused a:${first}`), next, 'the client has already left this address');
  t.is(currentPlace(walk(next, `refused a:${second}`)).host, 'b');
  t.is(currentPlace(walk(found, 'refused a')).host, 'b');
  const one = walk(firstChoice(['a'], id), 'found 10.0.0.1,10.0.0.2');
  t.is(walk(one, 'refused a'), one, 'there is no other host');
  const back = walk(one, `refused a:${one.addresses[0]}`, `refused a:${one.addresses[1]}`);
  t.is(back.address, one.address);
  const single = walk(firstChoice(['a'], id), 'found 10.0.0.1');
  t.is(walk(single, 'refused a:10.0.0.1'), single);
});

const place = fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom<Step>('sent', 'answered', 'round'),
  fc.constantFrom(...HOSTS).map((host): Step => `refused ${host}`),
  fc.uniqueArray(place, { minLength: 1 }).map((found): Step => `found ${found.join(',')}`),
  place.map((address): Step => `connected ${address}`),
);

test('if there is only one server, and it has only one address, the client never leaves it', (t) => {
  const single: fc.Arbitrary<Step> = fc.constantFrom(
    'sent',
    'answered',
    'round',
    'refused a',
    'found 10.0.0.1',
    'connected 10.0.0.1',
  );
  fc.assert(
    fc.property(fc.string(), fc.array(single), (user, steps) => {
      const choice = walk(firstChoice(['a'], user), ...steps);
      t.false(hasOthers(choice));
      t.is(currentPlace(choice).host, 'a');
      t.true(isCurrent(choice, { host: 'a', address: '10.0.0.9' }));
      t.false(isLapOver(choice));
    }),
  );
});

test('after any steps, the client stays at a server that answers, and tries each if none answers', (t) => {
  fc.assert(
    fc.property(fc.string(), fc.array(step), (user, steps) => {
      let choice = walk(firstChoice(HOSTS, user), ...steps);
      t.true(isCurrent(choice, currentPlace(choice)));
      for (let round = 0; round < 5; round++) {
        const next = walk(choice, 'sent', 'answered', 'round');
        t.deepEqual(currentPlace(next), currentPlace(choice));
        choice = next;
      }
      const seen = new Set<string>();
      for (let round = 0; round < UNANSWERED_ROUNDS * 5; round++) {
        seen.add(currentPlace(choice).host);
        t.is(isLapOver(choice), seen.size === 3 && choice.left === 3);
        choice = silence(choice);
      }
      t.deepEqual([...seen].toSorted(), HOSTS);
    }),
  );
});

test('after every step of a random walk, one server is current, and each move has a reason', (t) => {
  fc.assert(
    fc.property(fc.string(), fc.array(step), (user, steps) => {
      let choice = firstChoice(HOSTS, user);
      for (const one of steps) {
        const next = walk(choice, one);
        const [before, after] = [currentPlace(choice), currentPlace(next)];
        t.true(HOSTS.includes(after.host));
        t.true(after.address === undefined || next.addresses.includes(after.address));
        t.true(next.unanswered < UNANSWERED_ROUNDS);
        if (after.host !== before.host) t.true(one === 'round' || one === `refused ${before.host}`, one);
        if (one === 'round' && choice.unanswered + 1 < UNANSWERED_ROUNDS) t.deepEqual(after, before);
        choice = next;
      }
    }),
  );
});
