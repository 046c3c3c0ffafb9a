import test from 'ava';
import type { UserId } from '../../../protocol/id.js';
import { Race } from './race.js';

function faultsAfter(...codes: readonly (number | undefined)[]): string[] {
  const race = new Race('ann' as UserId);
  for (const code of codes) race.record(code);
  return race.differences().map(({ fault }) => fault);
}

test('unless exactly one racer gets 200, a race has a fault', (t) => {
  t.deepEqual(faultsAfter(203, 200, 203), []);
  t.deepEqual(faultsAfter(200, 203, 200), ['duplicate']);
  t.deepEqual(faultsAfter(203, 203, 203), ['stray'], 'another client must have registered the id');
});

test('a racer without a reply may have registered the id', (t) => {
  t.deepEqual(faultsAfter(undefined, 203, 203), []);
  t.deepEqual(faultsAfter(205, 203, 203), []);
  t.deepEqual(faultsAfter(undefined, 200, 200, 203), ['duplicate']);
});
