import test from 'ava';
import * as view from '../../../machines/client/view.js';
import { toDisplayText } from '../../../protocol/display-text.js';
const bob = 'bob';
const endpoint = { address: '192.0.2.7', port: 4_000 };
test('the menu has the lines that people and scripts know', (t) => {
    t.deepEqual(view.MENU.slice(1), [
        '  R - Register user id',
        '  L - Login as user id',
        '  A - Add buddy',
        '  D - Delete buddy',
        '  M - Message buddy',
        '  S - Buddy status',
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
test('the buddy list has a line per buddy: id, status, address and port between tabs', (t) => {
    t.deepEqual(view.buddyListLines([
        { id: bob, status: 100, endpoint },
        { id: 'carl', status: 102, endpoint: { address: '::1', port: 5_000 } },
        { id: 'dora', status: 101, endpoint: undefined },
    ]), [
        'My buddy list:',
        'bob\tONLINE\t192.0.2.7\t4000',
        'carl\tAWAY\t::1\t5000',
        'dora\tOFFLINE\tunknown\tunknown',
    ]);
});
test('only a buddy on the list with an address can be called', (t) => {
    t.is(view.notCallable(bob, [{ id: bob, status: 102, endpoint }]), undefined);
    t.is(view.notCallable(bob, []), 'bob is not on your buddy list.');
    t.is(view.notCallable(bob, [{ id: bob, status: 101, endpoint: undefined }]), 'bob is offline.');
});
test('a caller is named as it introduced itself, and always by its address', (t) => {
    const address = '192.0.2.7';
    t.is(view.callerLine({ caller: bob, address }), 'Call from bob (192.0.2.7).');
    t.is(view.callerLine({ caller: undefined, address }), 'Call from 192.0.2.7.');
    t.is(view.busyLine({ caller: bob, address }), 'Refused a call from bob: you are busy.');
    t.is(view.busyLine({ caller: undefined, address }), 'Refused a call from 192.0.2.7: you are busy.');
});
test('a message is a line that begins with B:, and a cut one says so', (t) => {
    const text = toDisplayText('hello');
    t.deepEqual(view.messageLines({ text, cut: false }), ['B: hello']);
    t.is(view.messageLines({ text, cut: true }).length, 2);
});
test('a reply that says little is explained', (t) => {
    t.deepEqual(view.hintLines('ADD', '201 INVALID'), ['That is no id, or yourself, or on your list already.']);
    t.is(view.hintLines('REG', '201 INVALID').length, 1);
    t.is(view.hintLines('DEL', '201 INVALID').length, 1);
    t.deepEqual(view.hintLines('ADD', '202 NO SUCH USER'), []);
});
test('why the server could not be asked is said in words', (t) => {
    t.is(view.serverErrorLine(new Error('nothing listens there')), 'The server could not be asked: nothing listens there.');
});
