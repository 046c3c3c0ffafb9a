import test from 'ava';
import {
  type Choice,
  exchangeOf,
  MAX_DRAWN_MESSAGES,
  MAX_LIFELINES,
  messagesOf,
} from '../../../inspector/page/exchange.js';
import type { Numbered } from '../../../inspector/page/model.js';
import type { ActorView, Message } from '../../../inspector/server/frame.js';

const ACTORS = ['a', 'b', 'c'].map(
  (path): ActorView => ({ path, name: path, kind: 'behaviour', status: 'up', restarts: 0, received: 0 }),
);

let serial = 0;
function message(from: string | undefined, to: string, type: string, members: Partial<Message> = {}) {
  serial += 1;
  return { at: 0, ...(from !== undefined && { from }), to, type, serial, ...members } as Numbered<Message>;
}

const MESSAGES = [
  message('c', 'a', 'ask'),
  message('a', 'c', 'answer'),
  message(undefined, 'b', 'tick'),
  message('b', 'b', 'note'),
  message('a', 'b', 'xstate.done'),
];

function choice(more: Partial<Choice> = {}): Choice {
  return { scope: 'all', selection: undefined, picked: new Set(), filter: '', hidesXstate: true, ...more };
}

function shown(more: Partial<Choice>) {
  const { lifelines, messages } = exchangeOf(MESSAGES, ACTORS, choice(more));
  return [lifelines.join(' '), messages.map(({ type }) => type).join(' ')];
}

test('all messages are shown, and the lifelines are `outside` and then the actors in tree order', (t) => {
  t.deepEqual(shown({}), ['outside a b c', 'ask answer tick note']);
});

test('the selected actor is shown together with all actors that it has exchanged messages with', (t) => {
  t.deepEqual(shown({ scope: 'selected', selection: { path: 'c' } }), ['a c', 'ask answer']);
  t.deepEqual(shown({ scope: 'selected', selection: { path: 'd' } }), ['d', '']);
});

test('a message to a picked actor is shown if it comes from a picked actor or from outside', (t) => {
  t.deepEqual(shown({ scope: 'picked', picked: new Set(['b', 'c']) }), ['outside b c', 'tick note']);
});

test('only messages whose type contains the filter are shown; XState events only on demand', (t) => {
  t.deepEqual(shown({ filter: ' NOT ' }), ['b', 'note']);
  t.deepEqual(shown({ hidesXstate: false, filter: 'xstate' }), ['a b', 'xstate.done']);
});

test('a group has the messages of all its members, and each member has its own messages', (t) => {
  const one = message('a', 'g', 'x', { toMember: '1' });
  const two = message('g', 'a', 'y', { fromMember: '2' });
  t.deepEqual(messagesOf([one, two], { path: 'g', member: '1' }), [one]);
  t.deepEqual(messagesOf([one, two], { path: 'g', member: '2' }), [two]);
  t.deepEqual(messagesOf([one, two], { path: 'g' }), [one, two]);
});

test('the numbers of messages and of lifelines are limited, and the latest messages are kept', (t) => {
  const many = Array.from({ length: MAX_DRAWN_MESSAGES * 2 }, (_, index) => message('a', 'b', `x.${index}`));
  const drawn = exchangeOf(many, ACTORS, choice()).messages;
  t.is(drawn.length, MAX_DRAWN_MESSAGES);
  t.is(drawn.at(-1), many.at(-1));
  const crowd = Array.from({ length: MAX_LIFELINES * 2 }, (_, index) => message(`s${index}`, 'a', 'x'));
  const exchange = exchangeOf(crowd, ACTORS, choice());
  t.is(exchange.lifelines.length, MAX_LIFELINES);
  for (const { from = '' } of exchange.messages) t.true(exchange.lifelines.includes(from));
});
