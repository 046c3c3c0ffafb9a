import test from 'ava';
import type { TrustEvent } from '../../../machines/client/trust.js';
import { trustMachine } from '../../../machines/client/trust.js';
import { CHANGED, KEY, OTHER, PINNED, THIRD, VERIFIED } from '../../helpers/trust.js';
import { missedTransitions } from '../../helpers/walks.js';

const STORED = [undefined, PINNED, VERIFIED, CHANGED, 'damaged'] as const;

const events: readonly TrustEvent[] = [
  ...[KEY, OTHER, THIRD].flatMap((key): TrustEvent[] => [
    { type: 'who.key', key, floor: 0 },
    { type: 'who.key', key, floor: 2 },
    { type: 'floor.raised', key, floor: 3 },
    { type: 'words.matched', key },
    { type: 'key.given', key },
  ]),
  { type: 'who.none' },
  { type: 'who.failed' },
  { type: 'buddy.forgotten' },
];

test('random walks take every transition of the chart, and no event crashes it', async (t) => {
  const missed = await missedTransitions({
    machine: trustMachine,
    input: (seed) => ({ trust: STORED[seed % STORED.length] }),
    events: () => events,
    beginnings: [[]],
    ends: [{ type: 'buddy.forgotten' }],
    delaysMs: [1_000],
  });
  t.deepEqual(missed, []);
});
