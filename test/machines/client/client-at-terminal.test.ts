import test from 'ava';
import type { Buddy } from '../../../protocol/buddy-list.js';
import type { DisplayText } from '../../../protocol/display-text.js';
import type { UserId } from '../../../protocol/id.js';
import { menuLine } from '../../../terminal/presence-lines.js';
import { SAY } from '../../../terminal/words.js';
import {
  accepted,
  alice,
  bob,
  bobOffline,
  bobOnline,
  broken,
  buddies,
  Client,
  callFrom,
  callFromBob,
  closed,
  LOST,
  left,
  MENU,
  NOON_MS,
  otherCall,
  otherChat,
  placed,
  placedAs,
  received,
  report,
  sent,
  TIMED_OUT,
} from '../../helpers/stepped-client.js';

const SECOND_MS = 1_000;

/** A client at a terminal that calls bob. */
function calling(): Client {
  const client = new Client(alice, true).types('m', 'bob').on(buddies(bobOnline), placed);
  client.look();
  return client;
}

/** A client at a terminal, in a chat that began with an outgoing call. */
function talking(): Client {
  const client = calling().on(accepted);
  client.look();
  return client;
}

// The menu.

test('at a terminal, a signed-out user always sees the menu, a signed-in user only after a login', (t) => {
  const client = new Client(undefined, true);
  t.is(client.types('b', '').menus, 2);
  t.is(client.types('l', 'alice').menus, 3);
  t.is(client.types('a', '').types('d', '').menus, 3);
  t.is(client.types('l', 'bob').menus, 4);
});

test('a script sees the menu once, and once more after each login', (t) => {
  t.is(new Client(alice).types('a', '').types('d', '').menus, 1);
  const client = new Client();
  t.is(client.types('b', '').types('a').menus, 1);
  t.is(client.types('l', 'alice').menus, 2);
  t.is(client.types('a', '').types('w').menus, 2);
  t.is(client.types('l', 'bob').menus, 3);
});

test('an empty line or a question mark shows the menu, whether the user is signed in or not', (t) => {
  for (const client of [new Client(), new Client(alice), new Client(alice, true)]) {
    client.look();
    for (const [count, line] of ['', '?', ' '].entries()) {
      t.is(client.types(line).menus, count + 2);
      t.deepEqual(client.look(), [MENU]);
    }
    t.deepEqual(client.types('!').look(), [`terminal: ${SAY.unknownChoice}`, MENU]);
    t.is(client.menus, 4);
  }
});

// The names of the user and the buddy.

test('the prompt of a chat, and the line that reports its end, contain the name of the buddy', (t) => {
  const client = calling();
  t.is(client.on(accepted).look().at(-1), 'terminal? bob> ');
  t.deepEqual(client.on(left).look(), ['terminal: bob left.', MENU]);
});

test('a caller that gave no id is shown by its address', (t) => {
  const client = new Client(alice, true).on(otherCall);
  t.is(client.types('y').look().at(-1), 'terminal? 192.0.2.9> ');
  t.true(
    client
      .on(report({ type: 'peer.left' }, otherChat))
      .look()
      .includes('terminal: 192.0.2.9 left.'),
  );
});

test('for a script, the prompt of a chat and the line that reports its end contain no name', (t) => {
  const client = new Client(alice).on(callFromBob);
  t.is(client.types('y').look().at(-1), 'terminal? > ');
  t.deepEqual(client.on(left).look(), ['terminal: Buddy connection closed.', MENU]);
});

test('the client reports that the user is not registered, or that the server is down', (t) => {
  const client = new Client(alice, true).types('s');
  client.look();
  t.deepEqual(client.on(TIMED_OUT, LOST).look(), [
    'terminal: alice is not registered with the server. Press R to register.',
    MENU,
    'terminal: The server is down: nothing listens there. Trying again every 10 s.',
  ]);
});

test('the client explains why an id was refused', (t) => {
  const client = new Client(alice, true).on(buddies(bobOnline)).types('a', 'x y');
  t.true(client.look().includes('terminal: "x y" is not a valid id.'));
  const refused = (id: string) => client.types('a', id).serverReplies('201 INVALID').look();
  t.true(
    client
      .types('bob')
      .serverReplies('201 INVALID')
      .look()
      .includes('terminal: bob is on your list already.'),
  );
  t.true(refused('Alice').includes('terminal: That is you: you cannot be your own buddy.'));
  t.true(refused('\\q').includes('terminal: "\\q" is not a valid id.'));
});

// Presence.

test('W announces that the user is away, and a second W announces that the user is back', (t) => {
  const client = new Client(alice);
  client.look();
  t.deepEqual(client.types('w').look(), [
    'heartbeat <- presence.set alice 102',
    'archive <- user.claim alice',
    'emits user.announced',
    `terminal: ${SAY.away}`,
    MENU,
  ]);
  t.is(client.menuLine, menuLine(alice, true));
  t.deepEqual(client.types('W').look(), [
    'heartbeat <- presence.set alice 100',
    'archive <- user.claim alice',
    'emits user.announced',
    `terminal: ${SAY.back}`,
    MENU,
  ]);
  t.is(client.menuLine, menuLine(alice, false));
});

test('an idle user is announced as away, and the next key announces the user as back', (t) => {
  const client = new Client(alice);
  client.look();
  t.deepEqual(client.on({ type: 'user.idled' }).look(), [
    'heartbeat <- presence.set alice 102',
    'archive <- user.claim alice',
    'emits user.announced',
  ]);
  t.deepEqual(client.on({ type: 'user.active' }).look(), [
    'heartbeat <- presence.set alice 100',
    'archive <- user.claim alice',
    'emits user.announced',
  ]);
});

test('a user who chose to be away stays away while typing', (t) => {
  const client = new Client(alice).types('w');
  client.look();
  t.deepEqual(client.on({ type: 'user.idled' }, { type: 'user.active' }).look(), []);
  t.is(client.menuLine, menuLine(alice, true));
});

test('a signed-out user is neither away nor back', (t) => {
  const client = new Client();
  client.look();
  t.deepEqual(client.on({ type: 'user.idled' }, { type: 'user.active' }).look(), []);
});

test('the status follows the buddy list without a key press', (t) => {
  const client = new Client(alice).on(buddies(bobOnline));
  t.deepEqual(client.status, ['Your buddies:', '  bob  online']);
  client.on(buddies(bobOffline));
  t.deepEqual(client.status, ['Your buddies:', '  bob  offline, last seen 12:00']);
});

test("after a login as a second user, this user is online, and the first user's buddies are hidden", (t) => {
  const client = new Client(alice).on(buddies(bobOnline)).types('w', 'l', 'carl');
  t.true(client.look().includes('heartbeat <- presence.set carl 100'));
  t.deepEqual(client.status, []);
});

test('a user who has signed in elsewhere is signed out here, and no buddies are shown', (t) => {
  const client = new Client(alice, true).on(buddies(bobOnline));
  client.on({ type: 'session.ended', id: alice, why: 'elsewhere' });
  t.is(client.user, undefined);
  t.deepEqual(client.status, []);
});

// Calls.

test('at a terminal, the user sees that an outgoing call rings, and can give it up', (t) => {
  const client = new Client(alice, true).types('m', 'bob');
  client.look();
  t.deepEqual(client.on(buddies(bobOnline), placed).look(), [
    'terminal: Attempting to connect...',
    'chats <- child.start',
    'terminal? (q gives up) ',
  ]);
  t.deepEqual(client.on(report({ type: 'call.ringing' })).look(), [`terminal: ${SAY.ringing}`]);
  t.deepEqual(client.types('q').look(), ['chat <- chat.leave', `terminal: ${SAY.gaveUp}`, MENU]);
});

test('an unanswered call is shown as missed in the status, until the buddy list is shown', (t) => {
  const client = new Client(alice).on(callFromBob).minuteIn('ringing');
  t.deepEqual(client.status, ['Missed call from bob (192.0.2.7) at 12:00.']);
  client.types('s');
  client.look();
  client.on(buddies());
  t.deepEqual(client.look().slice(0, 2), [
    'terminal: My buddy list:',
    'terminal: Missed call from bob (192.0.2.7) at 12:00.',
  ]);
  t.deepEqual(client.status, []);
});

test('if the caller hangs up, the call counts as missed, even while the client waits for the server', (t) => {
  const missed = ['Missed call from bob (192.0.2.7) at 12:00.'];
  t.deepEqual(new Client(alice).on(callFromBob, closed).status, missed);
  t.deepEqual(new Client(alice).types('a', 'bob').on(callFromBob, closed).status, missed);
});

test("a caller that claims the user's own id is shown and recorded by its address", (t) => {
  const client = new Client(alice, true).on(buddies(bobOnline));
  client.look();
  client.on(callFrom(alice, '192.0.2.9'));
  t.deepEqual(client.look(), [
    'terminal: Call from 192.0.2.9 (calls itself alice, your id).',
    'terminal <- alert.raise 192.0.2.9 (calls itself alice, your id) calls',
    'terminal? Do you want to accept an incoming connection (y/n)? ',
  ]);
  client.types('y');
  client.look();
  t.deepEqual(client.on(received('hi')).look(), [
    'terminal! 192.0.2.9: hi',
    'archive <- message.record hi',
    'terminal <- alert.raise 192.0.2.9: hi',
  ]);
  t.deepEqual(client.on(sent('ho')).look(), ['terminal! alice: ho', 'archive <- message.record ho']);
  t.deepEqual(client.on(broken).look(), ['terminal: Buddy connection broke: the connection was cut.', MENU]);
});

test('a caller without an id is shown with the buddies at its address', (t) => {
  const carl = { ...bobOnline, id: 'carl' as UserId };
  const client = new Client(alice, true).on(buddies(bobOnline));
  client.look();
  client.on(callFrom(undefined), otherCall);
  t.is(client.look()[0], "terminal: Call from 192.0.2.7 (bob's address).");
  client.on(closed);
  t.regex(client.status[0] ?? '', /^Missed call from 192\.0\.2\.7 \(bob's address\) at /);
  client.on(buddies(bobOnline, carl), callFrom(undefined, '192.0.2.7', otherChat));
  t.true(client.look().includes('terminal: Call from 192.0.2.7 (the address of bob, carl).'));
  client.types('y');
  client.look();
  t.deepEqual(client.on(callFrom(undefined)).look(), [
    'chat <- call.reject',
    'terminal: Refused a call from 192.0.2.7 (the address of bob, carl): you are busy.',
  ]);
});

const address = '192.0.2.7' as DisplayText;
const WANTS_CALLBACK = 'its program cannot be answered here, because it wants to be called back';

test('refused calls in dialect E are reported once a minute, with the number of calls in between', (t) => {
  const client = new Client(alice, true).on(buddies(bobOnline));
  client.look();
  const foreign = report({ type: 'call.foreign', address });
  t.deepEqual(client.on(foreign, foreign, foreign).look(), [
    `terminal: Refused a call from 192.0.2.7 (bob's address): ${WANTS_CALLBACK}.`,
  ]);
  t.deepEqual(client.on(report({ type: 'call.foreign', address }, undefined, NOON_MS + 60_000)).look(), [
    `terminal: Refused a call from 192.0.2.7 (bob's address) (and 2 before it): ${WANTS_CALLBACK}.`,
  ]);
});

test('if a ringing caller turns out to speak dialect E, the question closes', (t) => {
  const client = new Client(alice).on(callFrom(undefined));
  client.look();
  t.deepEqual(client.on(report({ type: 'call.foreign', address })).look(), [
    `terminal: Refused a call from 192.0.2.7: ${WANTS_CALLBACK}.`,
    MENU,
  ]);
});

test('too many calls at once from one address are reported once a minute', (t) => {
  const client = new Client(alice);
  client.look();
  const crowded = (afterMs: number) =>
    ({ type: 'call.crowded', address, atMs: NOON_MS, uptimeMs: NOON_MS + afterMs }) as const;
  t.deepEqual(client.on(crowded(0), crowded(1), crowded(60_000)).look(), [
    'terminal: Refused a call from 192.0.2.7: too many calls at once.',
    'terminal: Refused a call from 192.0.2.7 (and 1 before it): too many calls at once.',
  ]);
});

test('if callers at one address hang up three times in a minute, a fourth call is refused silently', (t) => {
  const client = new Client(alice);
  for (const second of [0, 1, 2]) {
    const atMs = NOON_MS + second * SECOND_MS;
    const call = callFrom(undefined, '192.0.2.7', undefined, atMs);
    client.on(call, report({ type: 'chat.closed' }, undefined, atMs));
  }
  t.is(client.look().filter((line) => line.includes('again and again')).length, 1);
  t.deepEqual(client.on(callFromBob).look(), ['chat <- call.cut']);
  t.deepEqual(client.state, { free: 'menu' });
  client.on(callFrom(bob, '192.0.2.7', undefined, NOON_MS + 63 * SECOND_MS));
  t.deepEqual(client.state, { busy: 'ringing' });
});

test('a flood of calls to a busy user shows at most three lines in ten seconds', (t) => {
  const client = talking();
  for (let call = 0; call < 100; call++) client.on(callFromBob);
  t.is(client.look().filter((line) => line.startsWith('terminal: ')).length, 3);
  client.on(callFrom(bob, '192.0.2.7', undefined, NOON_MS + 10 * SECOND_MS));
  t.true(client.look().includes('terminal: Refused a call from bob (and 97 before it): you are busy.'));
});

// The block list.

test('B blocks an id or an address, and unblocks it if it is already blocked', (t) => {
  const client = new Client().types('b');
  t.deepEqual(client.look().slice(-2), [
    'terminal: Nobody is blocked.',
    'terminal? Enter id or address to block, or to unblock: ',
  ]);
  t.deepEqual(client.types('Eve').look(), ['archive <- buddy.block eve']);
  t.deepEqual(client.on({ type: 'blocked.changed', names: ['eve'] }).look(), [
    'terminal: Blocked: eve.',
    MENU,
  ]);
  t.deepEqual(client.types('b', 'EVE').look().at(-1), 'archive <- buddy.unblock eve');
});

test('in any state, a caller whose id or address is blocked is refused without asking the user', (t) => {
  const clients = [new Client(alice), new Client(alice).types('a', 'x'), talking()];
  for (const client of clients) {
    client.on({ type: 'blocked.changed', names: ['bob', '192.0.2.66'] });
    const { state } = client;
    client.look();
    t.deepEqual(client.on(callFromBob, callFrom(undefined, '192.0.2.66')).look(), [
      'chat <- call.cut',
      'chat <- call.cut',
    ]);
    t.deepEqual(client.state, state);
  }
});

test('a block list that cannot be written is reported, and the menu opens again', (t) => {
  const client = new Client(alice).types('b', 'eve');
  client.look();
  const reason = 'no space left' as never;
  client.on({ type: 'archive.failed', task: 'blocked.write', reason });
  t.deepEqual(client.on({ type: 'blocked.changed', names: ['eve'] }).look(), [
    'terminal: The block list cannot be written: no space left.',
    'terminal: Blocked: eve.',
    MENU,
  ]);
});

// History.

test('H shows or searches the history with a buddy', (t) => {
  const client = new Client(alice);
  client.look();
  t.deepEqual(client.types('h', 'bob two words').look().slice(1), ['archive <- history.show bob two words']);
  const message = { name: bob as never, isOwn: false, text: 'two words' as never, atMs: NOON_MS };
  const found = { type: 'history.found', buddy: bob, search: 'two words' } as const;
  t.deepEqual(client.on({ ...found, messages: [message] }).look(), [
    'terminal: "two words" in the history with bob:',
    'terminal:   2026-11-26 12:00 bob: two words',
    MENU,
  ]);
  client.types('h', 'bob');
  client.look();
  t.deepEqual(client.on({ ...found, search: '', messages: [] }).look(), [
    'terminal: History with bob: nothing.',
    MENU,
  ]);
  client.types('h', 'bob');
  client.look();
  const reason = 'permission denied' as never;
  t.deepEqual(client.on({ type: 'archive.failed', task: 'history.read', reason }).look(), [
    'terminal: History cannot be read: permission denied.',
    MENU,
  ]);
});

test('an archive that does not answer is reported, and the menu opens again', (t) => {
  const client = new Client(alice).types('h', 'bob');
  client.look();
  client.on({ type: 'xstate.after.archivePatience.client.waiting.forHistory' } as never);
  t.deepEqual(client.look(), [`terminal: ${SAY.historySilent}`, MENU]);
});

// Undelivered lines.

test('after a broken chat, undelivered lines are reported, and the client offers to resend them', (t) => {
  const client = talking().types('one');
  client.look();
  client.on(
    report({ type: 'message.lost', text: 'zero' }),
    report({ type: 'message.failed', text: 'one' }),
    broken,
  );
  t.deepEqual(client.look(), [
    'terminal: (Not delivered, as far as is known: zero)',
    'terminal: (Not sent: one)',
    'terminal: Buddy connection broke: the connection was cut.',
    'terminal? Call bob again and send the 2 lines that may not have arrived (y/n)? ',
  ]);
  t.deepEqual(client.types('y').look(), ['heartbeat <- buddies.get']);
  client.on(buddies(bobOnline), placedAs(2));
  client.look();
  t.deepEqual(client.on(accepted).look(), [
    `terminal: ${SAY.accepted}`,
    `terminal: ${SAY.chatHelp}`,
    'terminal? bob> ',
    'chat <- message.send zero',
    'chat <- message.send one',
  ]);
  t.deepEqual(client.on(sent('zero')).look(), [
    'terminal! alice: zero',
    'archive <- message.record bob zero',
  ]);
  t.deepEqual(client.state, { busy: { chatting: 'composing' } });
});

test('the offer to call again is repeated until the buddy is reached, or the user says no', (t) => {
  const client = talking()
    .types('one')
    .on(report({ type: 'message.failed', text: 'one' }), broken);
  client.types('y').on(buddies(bobOffline));
  t.deepEqual(client.state, { free: 'offering' });
  t.deepEqual(client.types('what').state, { free: 'offering' });
  t.deepEqual(client.types('n').state, { free: 'menu' });
  t.deepEqual(
    client.types('m', 'bob').on(buddies(bobOnline), placedAs(2), accepted).look().at(-1),
    'terminal? bob> ',
  );
});

test('if a chat breaks while a line is held, the client offers to resend that line, too', (t) => {
  const client = talking().types('first');
  client.stalls().types('second');
  client.look();
  client.on(report({ type: 'message.failed', text: 'first' }), broken);
  t.deepEqual(client.look().slice(0, 3), [
    'terminal: (Not sent: first)',
    'terminal: (Not sent: second)',
    'terminal: Buddy connection broke: the connection was cut.',
  ]);
  t.is(
    client.types('y').on(buddies(bobOnline), placedAs(2), accepted).look().at(-1),
    'chat <- message.send second',
  );
});

test('a call rings even during the offer to call again, and the offer is repeated after that call', (t) => {
  const carl: Buddy['id'] = 'carl' as Buddy['id'];
  const client = talking()
    .types('one')
    .on(report({ type: 'message.failed', text: 'one' }), broken);
  client.on(callFrom(carl)).types('y').on(received('hi')).types('q');
  t.is(client.look().at(-1), 'terminal? Call bob again and send the line that may not have arrived (y/n)? ');
  t.is(client.types('y').on(buddies(bobOnline)).look().at(-2), 'chats <- child.start');
});

test('undelivered lines are never sent to another buddy', (t) => {
  const client = talking()
    .types('one')
    .on(report({ type: 'message.failed', text: 'one' }), broken);
  client.look();
  client.on(callFrom('carl' as Buddy['id'])).types('y');
  t.false(client.look().includes('chat <- message.send one'));
});

test('after a broken chat, no offer is made if the caller gave no id, or if the user is a script', (t) => {
  const unknown = new Client(alice, true).on(callFrom(undefined)).types('y').on(broken);
  t.deepEqual(unknown.state, { free: 'menu' });
  const script = new Client(alice).on(callFrom(bob)).types('y').on(broken);
  t.deepEqual(script.state, { free: 'menu' });
});

test('unsent lines are reported even after the user has left the chat', (t) => {
  const client = talking().types('q');
  client.look();
  t.deepEqual(client.on(report({ type: 'message.failed', text: 'late' })).look(), [
    'terminal: (Not sent: late)',
  ]);
});

test('undelivered lines are not sent to a caller that claims to be the buddy', (t) => {
  const client = talking()
    .types('one')
    .on(report({ type: 'message.failed', text: 'one' }), broken);
  client.on(callFromBob).types('y');
  t.false(client.look().slice(-6).includes('chat <- message.send one'));
  client.types('q');
  t.is(client.look().at(-1), 'terminal? Call bob again and send the line that may not have arrived (y/n)? ');
});

test('a chat with another buddy neither sends nor drops undelivered lines', (t) => {
  const client = talking()
    .types('one')
    .on(report({ type: 'message.failed', text: 'one' }), broken);
  client
    .on(callFrom('carl' as Buddy['id']))
    .types('y')
    .on(left);
  t.is(client.look().at(-1), 'terminal? Call bob again and send the line that may not have arrived (y/n)? ');
});

/**
 * A client at a terminal with a line under way to a buddy who does not read, and a second line that is held.
 */
function stuck(): Client {
  const client = talking().types('first');
  client.stalls().types('second');
  client.look();
  return client;
}

test('while a line is held, the user may leave, and a third line is refused', (t) => {
  const client = stuck();
  t.deepEqual(client.types('third').look(), ['terminal? bob> ', 'terminal: (Not sent: third)']);
  t.deepEqual(client.types('q').look(), [
    'chat <- chat.leave',
    'terminal: (Not sent: second)',
    'terminal: Buddy connection closed.',
    MENU,
  ]);
});

test('a client that is shut down reports the lines that are under way or held', (t) => {
  t.deepEqual(stuck().on({ type: 'shutdown.requested' }).look(), [
    'terminal: (Not delivered, as far as is known: first)',
    'terminal: (Not sent: second)',
  ]);
  t.deepEqual(talking().types('heard').on(sent('heard'), { type: 'shutdown.requested' }).look().slice(-1), [
    'terminal? bob> ',
  ]);
});

test('if a line is sent only after the user has left the chat, the line is shown and recorded', (t) => {
  const client = stuck().types('q');
  client.look();
  t.deepEqual(client.on(sent('first')).look(), [
    'terminal! alice: first',
    'archive <- message.record bob first',
  ]);
});

test('after the user declines three calls from one address, the next call from it does not ring', (t) => {
  const client = new Client(alice);
  for (const second of [0, 1, 2])
    client.on(callFrom(bob, '192.0.2.7', undefined, NOON_MS + second)).types('n');
  client.look();
  t.deepEqual(client.on(callFromBob).look(), ['chat <- call.cut']);
});

test('if the user gives up a call before it is placed, the client hangs up as soon as it is placed', (t) => {
  const client = new Client(alice, true).types('m', 'bob').on(buddies(bobOnline)).types('q');
  client.look();
  t.deepEqual(client.on(placed).look(), ['chat <- chat.leave']);
});

test('the prompt stays open when the buddy reads again', (t) => {
  const client = stuck();
  const { closedPrompts } = client;
  t.is(client.on(sent('first')).look().at(-1), 'chat <- message.send second');
  t.deepEqual(client.state, { busy: { chatting: 'stalled' } });
  client.on(sent('second'));
  t.deepEqual(client.state, { busy: { chatting: 'composing' } });
  t.is(client.closedPrompts, closedPrompts);
});

test('the prompt stays open while the buddy does not read the resent lines', (t) => {
  const client = talking()
    .types('one')
    .on(report({ type: 'message.failed', text: 'one' }), broken);
  client.types('y').on(buddies(bobOnline), placedAs(2), accepted);
  const { closedPrompts } = client;
  t.deepEqual(client.stalls().state, { busy: { chatting: 'stalled' } });
  t.is(client.closedPrompts, closedPrompts);
});
