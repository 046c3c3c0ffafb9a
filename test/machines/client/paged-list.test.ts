import test from 'ava';
import { MAX_COLLECTED_BUDDIES, PagedList } from '../../../machines/client/paged-list.js';
import type { Buddy } from '../../../protocol/buddy-list.js';
import type { UserId } from '../../../protocol/id.js';

function buddies(from: number, count: number): Buddy[] {
  return Array.from({ length: count }, (_, at) => ({
    id: `b${from + at}` as UserId,
    status: 101,
    endpoint: undefined,
  }));
}

test('a list that fits into one answer is complete', (t) => {
  const list = new PagedList();
  list.asked(1);
  const whole = list.accept({ question: 1, offset: 0, total: 2, buddies: buddies(0, 2) });
  t.deepEqual(whole, buddies(0, 2));
  list.asked(2);
  t.deepEqual(list.accept({ question: 2, offset: 0, total: 0, buddies: [] }), []);
});

test('the parts of a list are collected in order', (t) => {
  const list = new PagedList();
  list.asked(1);
  t.is(list.accept({ question: 1, offset: 0, total: 5, buddies: buddies(0, 3) }), 'more');
  t.is(list.offset, 3);
  list.asked(2);
  t.deepEqual(list.accept({ question: 2, offset: 3, total: 5, buddies: buddies(3, 2) }), buddies(0, 5));
  t.is(list.offset, 0);
});

test('only the answer to the last question counts, and it counts once', (t) => {
  const list = new PagedList();
  const answer = (question: number) => ({ question, offset: 0, total: 4, buddies: buddies(0, 2) });
  t.is(list.accept(answer(0)), 'stale');
  list.asked(1);
  list.asked(2);
  t.is(list.accept(answer(1)), 'stale');
  t.is(list.accept({ ...answer(2), offset: 2 }), 'stale');
  t.is(list.accept(answer(2)), 'more');
  t.is(list.accept(answer(2)), 'stale');
});

test('a server cannot make the client ask forever', (t) => {
  const list = new PagedList();
  list.asked(1);
  const empty = list.accept({ question: 1, offset: 0, total: 10, buddies: [] });
  t.deepEqual([empty.length, (empty as { mayBeCut?: true }).mayBeCut], [0, true]);
  let answer: ReturnType<PagedList['accept']> = 'more';
  let questions = 1;
  while (answer === 'more') {
    list.asked(++questions);
    answer = list.accept({
      question: questions,
      offset: list.offset,
      total: 1e14,
      buddies: buddies(0, 1000),
    });
  }
  t.is(answer.length, MAX_COLLECTED_BUDDIES);
  t.true((answer as { mayBeCut?: true }).mayBeCut);
});
