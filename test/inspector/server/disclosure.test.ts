import { Socket } from 'node:net';
import test from 'ava';
import { EVERYTHING, NO_CONTENT } from '../../../inspector/server/disclosure.js';

const message = {
  type: 'message.received',
  text: 'see you at eight',
  from: { host: '192.0.2.7', port: 4711 },
  id: 'alice',
  code: 'alice@example.org',
  cut: false,
  reply: 200,
  reason: 'hung up',
};

test('texts, ids and addresses are hidden, outcomes are shown', (t) => {
  t.deepEqual(NO_CONTENT.fieldsOf(message), { cut: false, reply: 200, reason: 'hung up' });
  t.is(NO_CONTENT.fieldsOf({ type: 'message.send', text: 'hello', chat: {} } as never), undefined);
});

test('only known fields with values of the expected kind are shown', (t) => {
  t.is(NO_CONTENT.fieldsOf({ type: 'x', reason: 'Alice said: no' } as never), undefined);
  t.is(NO_CONTENT.fieldsOf({ type: 'x', kind: 'alice', code: 'bob', attempt: 1 } as never), undefined);
  t.is(NO_CONTENT.fieldsOf({ type: 'x', constructor: 'alice', toString: 'bob' } as never), undefined);
  t.is(NO_CONTENT.fieldsOf({ type: 'x', reason: ['alice'], reply: 'alice', cut: 'bob' } as never), undefined);
});

test('an error is shown without its message, unless everything is shown', (t) => {
  const error = Object.assign(new TypeError('no user alice'), { code: 'ENOENT' });
  t.is(NO_CONTENT.errorText(error), 'TypeError ENOENT');
  t.is(NO_CONTENT.errorText(new Error('alice')), 'Error');
  t.is(NO_CONTENT.errorText('alice'), 'string');
  t.is(NO_CONTENT.errorText(undefined), 'undefined');
  t.is(EVERYTHING.errorText(error), 'TypeError: no user alice');
});

test('even with everything shown, sockets, buffers and secrets are hidden', (t) => {
  const { from, ...rest } = message;
  t.deepEqual(EVERYTHING.fieldsOf(message), {
    text: rest.text,
    from,
    id: 'alice',
    code: message.code,
    cut: false,
    reply: 200,
    reason: 'hung up',
  });
  const event = {
    type: 'x',
    socket: new Socket(),
    bytes: Buffer.from('secret'),
    done: () => {},
    token: 'abc',
    nested: { privateKey: 'abc', users: new Map([['alice', 1]]) },
  };
  t.deepEqual(EVERYTHING.fieldsOf(event as never), {
    socket: '<Socket>',
    bytes: '<6 bytes>',
    done: '<function>',
    token: '<hidden>',
    nested: { privateKey: '<hidden>', users: '<Map>' },
  });
});

test('large, deep and cyclic values are truncated', (t) => {
  const cyclic: Record<string, unknown> = {
    type: 'x',
    text: 'x'.repeat(10_000),
    list: Array.from({ length: 100 }, (_, n) => n),
  };
  cyclic['itself'] = cyclic;
  const json = JSON.stringify(EVERYTHING.fieldsOf(cyclic as never));
  t.true(json.length < 1_000, `${json.length}`);
  t.regex(json, /<88 more>/);
});

test('foreign text passes the text gate', (t) => {
  const shown = EVERYTHING.fieldsOf({ type: 'x', text: 'a\u202eb\u001b[2J' } as never);
  t.deepEqual(shown, { text: 'a\ufffdb\ufffd[2J' });
  t.is(EVERYTHING.errorText(new Error('a\u0007')), 'Error: a\ufffd');
});
