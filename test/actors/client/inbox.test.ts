import test from 'ava';
import { Inbox } from '../../../actors/client/inbox.js';

test('items that are pushed before a read, or while a reader waits, are read in order', async (t) => {
  const inbox = new Inbox<number>();
  inbox.push(1);
  const reader = inbox[Symbol.asyncIterator]();
  t.is((await reader.next()).value, 1);
  const next = reader.next();
  inbox.push(2);
  t.is((await next).value, 2);
});

test('after the end, waiting items are still read, and new items are dropped', async (t) => {
  const inbox = new Inbox<number>();
  inbox.push(1);
  inbox.end();
  inbox.push(2);
  const seen: number[] = [];
  for await (const item of inbox) seen.push(item);
  t.deepEqual(seen, [1]);
});

test('the end wakes a waiting reader', async (t) => {
  const inbox = new Inbox<number>();
  const next = inbox[Symbol.asyncIterator]().next();
  inbox.end();
  t.true((await next).done);
});

test('a loop that is left early loses no items', async (t) => {
  const inbox = new Inbox<number>();
  for (const item of [1, 2, 3]) inbox.push(item);
  for await (const item of inbox) if (item === 1) break;
  for await (const item of inbox) {
    t.is(item, 2);
    break;
  }
});

test('an item may replace all waiting items', async (t) => {
  const inbox = new Inbox<number>();
  inbox.push(1);
  inbox.push(2);
  inbox.replace(3);
  t.is(inbox.size, 1);
  t.is((await inbox[Symbol.asyncIterator]().next()).value, 3);
});

test('the callback runs after a waiting item was read', async (t) => {
  let taken = 0;
  const inbox = new Inbox<number>(() => taken++);
  inbox.push(1);
  await inbox[Symbol.asyncIterator]().next();
  t.is(taken, 1);
});
