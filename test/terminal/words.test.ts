import test from 'ava';
import type { CallFailure } from '../../machines/client/call-events.js';
import type { DisplayText } from '../../protocol/display-text.js';
import type { UserId } from '../../protocol/id.js';
import { alertText, linesOf, MENU, promptOf } from '../../terminal/words.js';

const bob = 'bob' as UserId;
const address = '192.0.2.7' as DisplayText;
const bobsName = 'bob' as DisplayText;

test('the menu has the lines that people and scripts know', (t) => {
  t.deepEqual(MENU.slice(1), [
    '  R - Register user id',
    '  L - Login as user id',
    '  A - Add buddy',
    '  D - Delete buddy',
    '  M - Message buddy',
    '  S - Buddy status',
    '  W - Away, or back again',
    '  H - History with buddy',
    '  B - Block or unblock caller',
    '  X - Exit application',
  ]);
});

test('the prompts have the words that people and scripts know', (t) => {
  t.is(promptOf({ ask: 'menu' }).text, 'Your choice: ');
  t.is(promptOf({ ask: 'userId' }).text, 'Enter user id: ');
  t.is(promptOf({ ask: 'buddyId' }).text, 'Enter buddy id: ');
  t.is(
    promptOf({ ask: 'call', caller: bob, address }).text,
    'Do you want to accept an incoming connection (y/n)? ',
  );
  t.is(promptOf({ ask: 'message', name: bobsName }).text, '> ');
});

test('the lines of calls and chats have the words that people and scripts know', (t) => {
  t.deepEqual(linesOf({ say: 'connecting' }), ['Attempting to connect...']);
  t.deepEqual(linesOf({ say: 'accepted' }), ['Buddy accepted connection.']);
  t.deepEqual(linesOf({ say: 'callAccepted' }), ['Connection accepted.']);
  t.deepEqual(linesOf({ say: 'chatHelp' }), ['Enter your text to send to buddy.  Enter q to quit.']);
  t.deepEqual(linesOf({ say: 'chatClosed' }), ['Buddy connection closed.']);
});

test('the line about a failed outgoing call says why', (t) => {
  const lines = (failure: CallFailure) => linesOf({ say: 'callFailed', buddy: bob, failure });
  t.deepEqual(lines({ cause: 'refused' }), ['Buddy refused connection.']);
  t.deepEqual(lines({ cause: 'unanswered' }), ['Buddy did not answer within 60 seconds.']);
  t.deepEqual(lines({ cause: 'crashed' }), ['Buddy connection closed.']);
  t.deepEqual(lines({ cause: 'too-many-calls' }), [
    'bob could not be called: too many calls are being closed.',
  ]);
  const reason = 'nothing listens there' as DisplayText;
  t.deepEqual(lines({ cause: 'unreachable', reason }), ['bob could not be reached: nothing listens there.']);
});

test('the line about a buddy who cannot be called says why', (t) => {
  t.deepEqual(linesOf({ say: 'notCallable', buddy: bob, why: 'unlisted' }), [
    'bob is not on your buddy list.',
  ]);
  t.deepEqual(linesOf({ say: 'notCallable', buddy: bob, why: 'offline' }), ['bob is offline.']);
});

test('the line of a ringing call has id and address; an alert and a busy line have only one of them', (t) => {
  t.deepEqual(linesOf({ say: 'caller', caller: bob, address }), ['Call from bob (192.0.2.7).']);
  t.deepEqual(linesOf({ say: 'caller', caller: undefined, address }), ['Call from 192.0.2.7.']);
  t.is(alertText({ alert: 'call', caller: bob, address }), 'bob calls' as DisplayText);
  t.deepEqual(linesOf({ say: 'busy', caller: bob, address, untold: 0 }), [
    'Refused a call from bob: you are busy.',
  ]);
  t.deepEqual(linesOf({ say: 'busy', caller: undefined, address, untold: 2 }), [
    'Refused a call from 192.0.2.7 (and 2 before it): you are busy.',
  ]);
});

test('the question whether to call again counts the lines left to send', (t) => {
  const text = (lines: number) => promptOf({ ask: 'callAgain', buddy: bob, lines }).text;
  t.is(text(0), 'Call bob again (y/n)? ');
  t.is(text(1), 'Call bob again and send the line that may not have arrived (y/n)? ');
  t.is(text(3), 'Call bob again and send the 3 lines that may not have arrived (y/n)? ');
});

test('blocked callers are listed, and an empty list has a line of its own', (t) => {
  t.deepEqual(linesOf({ say: 'blocked', names: [] }), ['Nobody is blocked.']);
  t.deepEqual(linesOf({ say: 'blocked', names: ['eve', '192.0.2.9'] }), ['Blocked: eve, 192.0.2.9.']);
});

test('a reply 201 is explained according to the request, and other replies are shown alone', (t) => {
  const lines = (op: 'REG' | 'ADD' | 'DEL', line: string) =>
    linesOf({ say: 'reply', op, line: line as DisplayText, why: { why: 'yourself' } });
  t.regex(lines('REG', '201 INVALID')[1] ?? '', /one word of at most 64/);
  t.is(lines('ADD', '201 INVALID')[1], 'That is no id, or yourself, or on your list already.');
  t.is(lines('DEL', '201 INVALID')[1], 'That is no id, or yourself.');
  t.deepEqual(lines('ADD', '202 NO SUCH USER'), ['202 NO SUCH USER']);
});

test('a reply without a code cannot look like a line of the client', (t) => {
  t.deepEqual(
    linesOf({ say: 'reply', op: 'REG', line: 'Signed in as root.' as DisplayText, why: undefined }),
    ['The server answered: Signed in as root.'],
  );
});

test('for some notices, the words of plain mode have fewer details than the words for a terminal', (t) => {
  t.deepEqual(linesOf({ say: 'buddyLeft', name: bobsName }), ['Buddy connection closed.']);
  t.deepEqual(linesOf({ say: 'menuHelp' }), MENU);
  const silence = { cause: 'down' } as const;
  const silent = 'The server does not answer: it is down, or you are not registered with it.';
  t.deepEqual(linesOf({ say: 'serverSilent', silence, user: bob }), [silent]);
  t.deepEqual(linesOf({ say: 'serverLost', silence, user: bob }), [`${silent} Trying again every 10 s.`]);
  t.deepEqual(linesOf({ say: 'idHint', typed: 'x y' as DisplayText }), [
    'An id is one word of at most 64 letters, digits and _ . @ + - (an empty line goes back).',
  ]);
  const empty = { buddies: [], lastSeen: new Map(), missed: [] };
  t.deepEqual(linesOf({ say: 'buddies', ...empty }), ['My buddy list:']);
  t.deepEqual(linesOf({ say: 'history', buddy: bob, search: '', messages: [] }), [
    'History with bob: nothing.',
  ]);
});

test('the line about a server that cannot be asked says why', (t) => {
  t.deepEqual(linesOf({ say: 'serverError', error: new Error('nothing listens there') }), [
    'The server could not be asked: nothing listens there.',
  ]);
  t.deepEqual(linesOf({ say: 'serverError', error: 'odd' }), ['The server could not be asked: odd.']);
});

test('another client of the user is named by its process, and by its machine if it differs', (t) => {
  const other = { say: 'otherClient', user: bob, pid: 4_711, host: undefined } as const;
  const last = 'buddies call the one that announced itself last.';
  t.deepEqual(linesOf(other), [`bob is signed in in another client, too (process 4711): ${last}`]);
  t.deepEqual(linesOf({ ...other, host: 'attic' as DisplayText }), [
    `bob is signed in in another client, too (process 4711 on attic): ${last}`,
  ]);
});
