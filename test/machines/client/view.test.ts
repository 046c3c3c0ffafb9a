import test from 'ava';
import * as view from '../../../machines/client/view.js';
import type { DisplayText } from '../../../protocol/display-text.js';
import type { UserId } from '../../../protocol/id.js';

const bob = 'bob' as UserId;
const endpoint = { address: '192.0.2.7', port: 4_000 };

test('the menu has the lines that people and scripts know', (t) => {
  t.deepEqual(view.MENU.slice(1), [
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

test('the prompts are the ones that people and scripts know', (t) => {
  t.is(view.MENU_PROMPT.text, 'Your choice: ');
  t.is(view.USER_ID_PROMPT.text, 'Enter user id: ');
  t.is(view.BUDDY_ID_PROMPT.text, 'Enter buddy id: ');
  t.is(view.CALL_PROMPT.text, 'Do you want to accept an incoming connection (y/n)? ');
  t.is(view.CHAT_PROMPT.text, '> ');
});

test('the lines of calls and chats are the ones that people and scripts know', (t) => {
  t.is(view.SAY.connecting, 'Attempting to connect...');
  t.is(view.SAY.accepted, 'Buddy accepted connection.');
  t.is(view.SAY.callAccepted, 'Connection accepted.');
  t.is(view.SAY.chatHelp, 'Enter your text to send to buddy.  Enter q to quit.');
  t.is(view.SAY.chatClosed, 'Buddy connection closed.');
});

test('only a buddy on the list with an address can be called', (t) => {
  t.is(view.notCallable(bob, [{ id: bob, status: 102, endpoint }]), undefined);
  t.is(view.notCallable(bob, []), 'bob is not on your buddy list.');
  t.is(view.notCallable(bob, [{ id: bob, status: 101, endpoint: undefined }]), 'bob is offline.');
});

test('a caller is named as it introduced itself, and always by its address', (t) => {
  const address = '192.0.2.7' as DisplayText;
  const known = { caller: bob, address, atMs: 0 };
  const unknown = { caller: undefined, address, atMs: 0 };
  t.is(view.callerLine(known), 'Call from bob (192.0.2.7).');
  t.is(view.callerLine(unknown), 'Call from 192.0.2.7.');
  t.is(view.callNotice(known), 'bob calls' as DisplayText);
  t.is(view.busyLine(known, 0), 'Refused a call from bob: you are busy.');
  t.is(view.busyLine(unknown, 2), 'Refused a call from 192.0.2.7 (and 2 before it): you are busy.');
});

test('whether to call again is asked with what is left to send', (t) => {
  t.is(view.callAgainPrompt(bob, 0).text, 'Call bob again (y/n)? ');
  t.is(
    view.callAgainPrompt(bob, 1).text,
    'Call bob again and send the line that may not have arrived (y/n)? ',
  );
  t.is(
    view.callAgainPrompt(bob, 2).text,
    'Call bob again and send the 2 lines that may not have arrived (y/n)? ',
  );
});

test('who is blocked is said in one line', (t) => {
  t.is(view.blockedLine([]), 'Nobody is blocked.');
  t.is(view.blockedLine(['eve', '192.0.2.9']), 'Blocked: eve, 192.0.2.9.');
});

test('a reply that says little is explained', (t) => {
  t.deepEqual(view.hintLines('ADD', '201 INVALID'), ['That is no id, or yourself, or on your list already.']);
  t.is(view.hintLines('REG', '201 INVALID').length, 1);
  t.is(view.hintLines('DEL', '201 INVALID').length, 1);
  t.deepEqual(view.hintLines('ADD', '202 NO SUCH USER'), []);
});

test('why the server could not be asked is said in words', (t) => {
  t.is(
    view.serverErrorLine(new Error('nothing listens there')),
    'The server could not be asked: nothing listens there.',
  );
});
