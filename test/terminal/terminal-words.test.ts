import test from 'ava';
import type { SessionEnd } from '../../machines/client/login-outcome.js';
import type { WhyRefused } from '../../machines/client/refusals.js';
import type { Silence } from '../../machines/client/silence.js';
import type { DisplayText } from '../../protocol/display-text.js';
import type { UserId } from '../../protocol/id.js';
import { isSamePrompt } from '../../terminal/console.js';
import { MENU_HELP, terminalLinesOf, terminalPromptOf } from '../../terminal/terminal-words.js';
import { linesOf, MENU, promptOf, SAY } from '../../terminal/words.js';

const [alice, bob] = ['alice', 'bob'] as UserId[] as [UserId, UserId];
const address = '192.0.2.7' as DisplayText;
const text = (value: string) => value as DisplayText;
const messageTo = (name: string) => terminalPromptOf({ ask: 'message', name: text(name) });

test('the prompt of a chat names the buddy, and the name is clipped and safe to show', (t) => {
  t.is(messageTo('bob').text, 'bob> ');
  t.is(messageTo('x'.repeat(64)).text, `${'x'.repeat(15)}…> `);
  t.is(messageTo('你'.repeat(9)).text, `${'你'.repeat(7)}…> `);
  t.is(messageTo('\u001b[2J\u202e').text, '\uFFFD[2J\uFFFD> ');
});

test('the same question gives the same prompt, and another buddy gives another prompt', (t) => {
  t.true(isSamePrompt(messageTo('bob'), messageTo('bob')));
  t.false(isSamePrompt(messageTo('bob'), messageTo('carl')));
  t.false(isSamePrompt(messageTo('bob'), undefined));
});

test('the lead line of the question about a call names the caller', (t) => {
  const call = { ask: 'call', caller: bob, address } as const;
  t.deepEqual(terminalPromptOf(call), { ...promptOf(call), lead: ['Call from bob (192.0.2.7).'] });
});

test('while a call rings, the lead line names the buddy', (t) => {
  const calling = { ask: 'calling', buddy: bob } as const;
  t.deepEqual(terminalPromptOf(calling), { ...promptOf(calling), lead: ['Calling bob.'] });
});

test('prompts and notices without words of their own have the words of plain mode', (t) => {
  t.is(terminalPromptOf({ ask: 'menu' }), promptOf({ ask: 'menu' }));
  t.deepEqual(terminalLinesOf({ say: 'chatClosed' }), ['Buddy connection closed.']);
  t.deepEqual(terminalLinesOf({ say: 'signedIn', user: bob }), ['Signed in as bob.']);
  t.deepEqual(terminalLinesOf({ say: 'blocked', names: ['eve'] }), ['Blocked: eve.']);
});

test('the lines about an ended session and about a missing key say what to do', (t) => {
  const ended = (why: SessionEnd) => terminalLinesOf({ say: 'sessionEnded', user: alice, why });
  t.deepEqual(ended('elsewhere').slice(1), [
    'Press L to sign in here again.',
    'If it was not you, shut out all other machines: im-client key revoke --user alice',
  ]);
  t.deepEqual(ended('revoked').slice(1), ['Press L to type the words.']);
  for (const why of ['denied', 'banned', 'unregistered', 'changed'] as const)
    t.deepEqual(ended(why).slice(1), [], why);
  const missing = { say: 'keyMissing', user: alice } as const;
  t.deepEqual(terminalLinesOf(missing), [
    'alice has a key, which is not on this machine, so nothing was sent.',
    'Its 24 words bring it back.',
  ]);
  t.is(linesOf(missing).at(-1), 'Its 24 words bring it back: im-client key restore --user alice');
  t.is(
    linesOf({ ...missing, isRevoked: true })[0],
    'This machine was shut out for alice, so nothing was sent.',
  );
});

test('the line about a buddy who leaves names the buddy', (t) => {
  t.deepEqual(terminalLinesOf({ say: 'buddyLeft', name: text('bob') }), ['bob left.']);
});

test('the menu has a line about the help, and the help explains each letter of the menu', (t) => {
  t.deepEqual(terminalLinesOf({ say: 'menu' }), [...MENU, '  ? - Explain these letters']);
  const letters = (lines: readonly string[]) => lines.map((line) => line.slice(0, 6)).filter(Boolean);
  t.deepEqual(letters(MENU_HELP), letters(MENU));
  t.deepEqual(terminalLinesOf({ say: 'menuHelp' }), MENU_HELP);
  t.true(MENU_HELP.every((line) => line.length <= 80));
});

test('the line about a server that does not answer gives one cause', (t) => {
  const line = (silence: Silence) => terminalLinesOf({ say: 'serverSilent', silence, user: alice }).join();
  t.is(line({ cause: 'unregistered' }), 'alice is not registered with the server. Press R to register.');
  t.is(line({ cause: 'down' }), 'The server is down: nothing listens there.');
  t.is(line({ cause: 'unreachable', reason: text('no answer') }), 'The server cannot be reached: no answer.');
  t.regex(line({ cause: 'datagrams' }), /UDP/);
  t.is(line({ cause: 'refusing', code: 205 }), 'The server answers only 205 UNAVAILABLE just now.');
  t.is(line({ cause: 'unknown' }), SAY.serverSilent);
  t.is(
    line({ cause: 'unregistered', wasKnown: true }),
    'alice is no longer registered with the server: the id was deleted.',
  );
  t.is(
    line({ cause: 'banned', ban: { banned: 'id' } }),
    'The operator of the server has banned alice. Only the operator can lift the ban.',
  );
  t.deepEqual(terminalLinesOf({ say: 'serverLost', silence: { cause: 'down' }, user: alice }), [
    'The server is down: nothing listens there. Trying again every 10 s.',
  ]);
});

test('the lines about a refusal give the cause, or both possible causes', (t) => {
  const said = (why: WhyRefused | undefined, line = '201 INVALID') =>
    terminalLinesOf({ say: 'reply', op: 'ADD', line: text(line), why });
  t.deepEqual(said({ why: 'listed', buddy: bob }), ['201 INVALID', 'bob is on your list already.']);
  t.deepEqual(said({ why: 'yourself' }), ['201 INVALID', 'That is you: you cannot be your own buddy.']);
  const [, invalid, rule] = said({ why: 'notAnId', typed: text('\\q') });
  t.is(invalid, '"\\q" is not a valid id.');
  t.regex(rule ?? '', /^An id is one word of at most 64 /);
  t.regex(said({ why: 'listedOrFull', buddy: bob })[1] ?? '', /^bob is on your list already, or /);
  t.deepEqual(said({ why: 'buddyUnregistered', buddy: bob }, '202 NO SUCH USER'), [
    '202 NO SUCH USER',
    'bob is not registered with the server.',
  ]);
  t.is(
    said({ why: 'someoneUnregistered', buddy: bob, user: 'alice' })[1],
    'bob is not registered with the server, or you (alice) are not.',
  );
  const banned = '204 DENIED BANNED ADDRESS';
  t.deepEqual(said({ why: 'banned', ban: { banned: 'address' }, user: 'alice' }, banned), [
    banned,
    'The operator of the server has banned the address of this machine. Only the operator can lift the ban.',
  ]);
  t.deepEqual(said(undefined, '200 OK'), ['200 OK']);
});

test('an invalid id is quoted, and clipped if it is long', (t) => {
  const quoted = (typed: string) => terminalLinesOf({ say: 'idHint', typed: text(typed) });
  t.deepEqual(quoted('x y'), ['"x y" is not a valid id.', SAY.idHint]);
  t.is(quoted('x'.repeat(64))[0], `"${'x'.repeat(39)}…" is not a valid id.`);
});

test('an empty list says that it is empty, and how to fill it', (t) => {
  const empty = { buddies: [], lastSeen: new Map(), missed: [] };
  t.deepEqual(terminalLinesOf({ say: 'buddies', ...empty }), [
    'My buddy list:',
    '(It is empty. Press A to add a buddy.)',
    '(No missed calls. Calls that you do not answer are listed here.)',
  ]);
  const call = { caller: bob, address, atMs: 0, uptimeMs: 0 };
  const buddies = [{ id: bob, status: 101, endpoint: undefined }] as const;
  const full = { say: 'buddies', ...empty, buddies, missed: [call] } as const;
  t.deepEqual(terminalLinesOf(full), linesOf(full));
  const history = { say: 'history', buddy: bob, messages: [] } as const;
  t.regex(
    terminalLinesOf({ ...history, search: '' }).join(),
    /^History with bob: nothing\. Messages of your chats are kept in the history/,
  );
  t.regex(
    terminalLinesOf({ ...history, search: 'x' }).join(),
    /^"x" in the history with bob: nothing\. Enter the id alone /,
  );
  t.regex(terminalLinesOf({ say: 'blocked', names: [] }).join(), /^No caller is blocked\. To refuse /);
});
