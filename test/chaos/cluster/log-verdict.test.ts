import test from 'ava';
import type { Ledger } from '../ledger.js';
import { type Claim, claimOf, judgeLog } from './log-verdict.js';

const ANN: Claim = { owner: 'ann', effects: ['REG ann', 'REG x', 'ADD ann x', 'DEL ann x', 'ADD ann x'] };
const BOB: Claim = { owner: 'bob', effects: ['REG bob'], pending: 'ADD bob ann' };
const GOOD = [...['REG bob', 'REG ann', 'REG x', 'ADD ann x', 'ADD bob ann'], ...['DEL ann x', 'ADD ann x']];

function verdict(log: readonly string[]): string[] {
  return judgeLog(log, [ANN, BOB]).map(({ fault, what }) => `${fault}: ${what}`);
}

test('a log is good if it has each effective change once, in the order of each client', (t) => {
  t.deepEqual(verdict(GOOD), []);
});

test('a change without a reply may be in the log once or not at all', (t) => {
  t.deepEqual(verdict(GOOD.filter((text) => text !== 'ADD bob ann')), []);
  t.deepEqual(verdict([...GOOD, 'ADD bob ann']), ['duplicate: ADD bob ann is in the log 2 times, not 1']);
});

test('if the log lacks an acknowledged change, the fault is `loss`', (t) => {
  t.deepEqual(verdict(GOOD.slice(0, -1)), ['loss: ADD ann x was acknowledged, and is not in the log']);
  t.deepEqual(verdict(GOOD.filter((text) => text !== 'REG bob')), [
    'loss: REG bob was acknowledged, and is not in the log',
  ]);
});

test('if the log has a change twice, the fault is `duplicate`', (t) => {
  t.deepEqual(verdict([...GOOD, 'REG x']), ['duplicate: REG x is in the log 2 times, not 1']);
});

test('if the log has a change that no client requested, the fault is `stray`', (t) => {
  t.deepEqual(verdict([...GOOD, 'REG eve']), ['stray: REG eve is in the log, and was not requested']);
  t.deepEqual(verdict([...GOOD, 'DEL bob x']), ['stray: DEL bob x is in the log, and was not requested']);
});

test('if the log has the changes of one client in a wrong order, the fault is `disorder`', (t) => {
  const [first, second, ...rest] = GOOD.toReversed();
  t.deepEqual(verdict([...rest.reverse(), first as string, second as string]), [
    'disorder: the changes of ann are in another order in the log',
  ]);
});

test('the claim made from a ledger has the effects and the pending change of that ledger', (t) => {
  const pending = { op: 'ADD', id: 'ann', buddy: 'bob' };
  const ledger = { owner: 'ann', effects: ['REG ann'], pending } as unknown as Ledger;
  t.deepEqual(claimOf(ledger), { owner: 'ann', effects: ['REG ann'], pending: 'ADD ann bob' });
});
