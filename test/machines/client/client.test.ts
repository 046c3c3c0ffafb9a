import test from 'ava';
import fc from 'fast-check';
import type { ConnectionReport } from '../../../machines/client/call-events.js';
import type { ClientEvent } from '../../../machines/client/client-context.js';
import type { DisplayText } from '../../../protocol/display-text.js';
import { registrationLine } from '../../../terminal/registration-line.js';
import { SAY } from '../../../terminal/words.js';
import {
  accepted,
  alice,
  bobOffline,
  bobOnline,
  buddies,
  Client,
  callFromBob,
  chatting,
  closed,
  LOST,
  left,
  MENU,
  NOON_MS,
  otherCall,
  otherChat,
  placed,
  received,
  report,
  sent,
  TIMED_OUT,
} from '../../helpers/stepped-client.js';
import { KEYS } from '../../storage/changes.js';

// Signing in.

test('a signed-out user sees the menu, and must sign in before any choice that needs a user', (t) => {
  const client = new Client();
  t.deepEqual(client.state, { free: 'signedOut' });
  t.deepEqual(client.look(), [MENU]);
  for (const letter of ['a', 'D', 'm', 'S', 'w', 'h']) {
    t.deepEqual(client.types(letter).look(), [`terminal: ${SAY.signInFirst}`, MENU], letter);
  }
});

test('a user who is named at the start is signed in without a request to the server', (t) => {
  const client = new Client(alice);
  t.deepEqual(client.state, { free: 'menu' });
  t.deepEqual(client.look(), [
    'heartbeat <- presence.set alice 100',
    'archive <- user.claim alice',
    'emits user.announced',
    'terminal: Signed in as alice.',
    MENU,
  ]);
});

test('menu letters are case-insensitive', (t) => {
  t.deepEqual(new Client().types('R').state, { free: 'asking' });
  t.deepEqual(new Client().types('r').state, { free: 'asking' });
  t.deepEqual(new Client().types(' l ').state, { free: 'asking' });
});

test('registering sends a request to the server, and a 200 signs the user in', (t) => {
  const client = new Client();
  client.look();
  client.types('r', 'Alice');
  t.deepEqual(client.look(), ['terminal? Enter user id: ', 'server: REG alice']);
  client.serverReplies('200 OK');
  t.is(client.user, alice);
  t.deepEqual(client.look(), [
    'terminal: 200 OK',
    'heartbeat <- presence.set alice 100',
    'archive <- user.claim alice',
    'emits user.announced',
    'terminal: Signed in as alice.',
    MENU,
  ]);
});

test('a script is reminded to copy the words of a new key; at a terminal, the key dialog opens', (t) => {
  const registration = { with: 'key', key: KEYS[0], remindsOfWords: true } as const;
  const reminder =
    'You have not copied the 24 words of your key yet: im-client key words --user alice shows them.';
  const register = (isInteractive: boolean) => {
    const client = new Client(undefined, isInteractive).types('r', 'alice');
    client.look();
    return client.serverReplies('200 OK', { registration });
  };
  t.deepEqual(register(false).look().slice(-4), [
    'terminal: Signed in as alice.',
    `terminal: ${registrationLine(registration)}`,
    `terminal: ${reminder}`,
    MENU,
  ]);
  const client = register(true);
  t.deepEqual(client.look().slice(-2), [
    `terminal: ${registrationLine(registration)}`,
    'terminal <- key-dialog.open alice',
  ]);
  t.true(client.on({ type: 'input.interrupted' }).look().includes(`terminal: ${reminder}`), 'after Ctrl-C');
});

test('a refused registration shows the reply and does not sign the user in', (t) => {
  const client = new Client().types('r', 'alice');
  client.look();
  t.deepEqual(client.serverReplies('203 USER EXISTS').look(), ['terminal: 203 USER EXISTS', MENU]);
  t.is(client.user, undefined);
});

test('a valid id is sent in lower case, and any other word is sent as the user typed it', (t) => {
  const sent = (client: Client, ...typed: string[]) =>
    client
      .types(...typed)
      .look()
      .at(-1);
  t.is(sent(new Client(), 'r', ' Alice '), 'server: REG alice');
  t.is(sent(new Client(alice), 'a', 'BOB'), 'server: ADD alice bob');
  t.is(sent(new Client(alice), 'd', 'BoB.C@D'), 'server: DEL alice bob.c@d');
  t.is(sent(new Client(), 'r', '.Alice'), 'server: REG .Alice');
  t.is(sent(new Client(alice), 'a', 'BOB!'), 'server: ADD alice BOB!');
});

test('the server decides whether a single word is a valid id', (t) => {
  const client = new Client().types('r');
  client.look();
  t.deepEqual(client.types('two words').look(), [`terminal: ${SAY.idHint}`, 'terminal? Enter user id: ']);
  t.deepEqual(client.types('$$$').look(), ['server: REG $$$']);
});

test('login sends no request to the server', (t) => {
  const client = new Client();
  client.look();
  client.types('l', 'ALICE');
  t.is(client.user, alice);
  t.deepEqual(client.look(), [
    'terminal? Enter user id: ',
    'heartbeat <- presence.set alice 100',
    'archive <- user.claim alice',
    'emits user.announced',
    'terminal: Signed in as alice.',
    MENU,
  ]);
});

test('an empty line cancels a question', (t) => {
  const client = new Client(alice).types('a', '');
  t.deepEqual(client.state, { free: 'menu' });
});

test('an unknown choice is reported, and the menu stays open', (t) => {
  const client = new Client(alice);
  client.look();
  t.deepEqual(client.types('z').look(), [`terminal: ${SAY.unknownChoice}`, MENU]);
});

// The server.

test('adding or deleting a buddy sends a request, and a 200 refreshes the buddy list', (t) => {
  const client = new Client(alice).types('a', 'bob');
  t.is(client.look().at(-1), 'server: ADD alice bob');
  t.deepEqual(client.serverReplies('200 OK').look(), ['terminal: 200 OK', 'heartbeat <- buddies.get', MENU]);
  t.is(client.types('d', 'bob').look().at(-1), 'server: DEL alice bob');
  t.deepEqual(client.serverReplies('202 NO SUCH USER').look(), ['terminal: 202 NO SUCH USER', MENU]);
});

test('a server that is down is reported, and the menu opens again', (t) => {
  const client = new Client(alice).types('a', 'bob');
  client.look();
  t.deepEqual(client.serverFails('nothing listens there').look(), [
    'terminal: The server could not be asked: nothing listens there.',
    MENU,
  ]);
});

test('the buddy list is requested, and shown when it arrives', (t) => {
  const client = new Client(alice);
  client.look();
  t.deepEqual(client.types('s').look(), ['heartbeat <- buddies.get']);
  t.deepEqual(client.on(buddies(bobOnline)).look(), [
    'terminal: My buddy list:',
    'terminal: bob\tONLINE\t192.0.2.7\t4000',
    MENU,
  ]);
});

test('a server that does not answer is reported', (t) => {
  const client = new Client(alice).types('s');
  client.look();
  t.deepEqual(client.on(TIMED_OUT).look(), [`terminal: ${SAY.serverSilent}`, MENU]);
});

test('the loss and the return of the server are reported, even in a chat', (t) => {
  const client = chatting();
  t.deepEqual(client.on(LOST, { type: 'server.found' }).look(), [
    `terminal: ${SAY.serverLost}`,
    `terminal: ${SAY.serverFound}`,
  ]);
});

// Outgoing calls.

/** A client that calls bob. */
function calling(): Client {
  return new Client(alice).types('m', 'bob').on(buddies(bobOnline), placed);
}

test('a call goes to the address of the buddy in a newly requested buddy list', (t) => {
  const client = new Client(alice);
  client.look();
  client.types('m', 'bob');
  t.deepEqual(client.look(), ['terminal? Enter buddy id: ', 'heartbeat <- buddies.get']);
  client.on(buddies(bobOnline));
  t.deepEqual(client.look(), ['terminal: Attempting to connect...', 'chats <- child.start']);
  t.deepEqual(client.state, { busy: { calling: 'unattended' } });
});

test('a buddy who is offline or not on the list is not called', (t) => {
  for (const [list, line] of [
    [buddies(bobOffline), 'bob is offline.'],
    [buddies(), 'bob is not on your buddy list.'],
  ] as const) {
    const client = new Client(alice).types('m', 'bob');
    client.look();
    t.deepEqual(client.on(list).look(), [`terminal: ${line}`, MENU]);
  }
});

test('if the list may be cut, the client does not say that a buddy is not on the list', (t) => {
  const cut = Object.assign([bobOnline], { mayBeCut: true as const });
  const client = new Client(alice).types('m', 'b9000');
  client.look();
  client.on({ type: 'buddies.received', buddies: cut, atMs: NOON_MS });
  t.deepEqual(client.look(), [
    'terminal: b9000 is not on the part of your buddy list that the server sent: the list may be cut.',
    MENU,
  ]);
  t.deepEqual(client.status, ['Your buddies (the list may be cut):', '  bob  online']);
});

test('without an answer from the server, a buddy is called at the last known address', (t) => {
  const client = new Client(alice).on(buddies(bobOnline)).types('m', 'bob');
  client.look();
  client.on(TIMED_OUT);
  t.is(client.look()[0], `terminal: ${SAY.callingFromMemory}`);
  t.deepEqual(client.state, { busy: { calling: 'unattended' } });
});

test('an accepted call opens a chat', (t) => {
  const client = calling();
  client.look();
  t.deepEqual(client.on(accepted).look(), [
    'terminal: Buddy accepted connection.',
    'terminal: Enter your text to send to buddy.  Enter q to quit.',
    'terminal? > ',
  ]);
});

test('a refused or failed call is reported, and the menu opens again', (t) => {
  const refused = calling();
  refused.look();
  t.deepEqual(refused.on(report({ type: 'call.refused' })).look(), [
    `terminal: Buddy refused connection.`,
    MENU,
  ]);
  const failed = calling();
  failed.look();
  const reason = 'ECONNREFUSED' as DisplayText;
  t.deepEqual(failed.on(report({ type: 'call.failed', reason })).look(), [
    'terminal: bob could not be reached: ECONNREFUSED.',
    MENU,
  ]);
});

test('an outgoing call that is not answered for a minute is given up', (t) => {
  const client = calling();
  client.look();
  t.deepEqual(client.minuteIn('calling').look(), [
    'chat <- chat.leave',
    `terminal: Buddy did not answer within 60 seconds.`,
    MENU,
  ]);
});

test('if the buddy accepts a call that was already given up, no chat opens', (t) => {
  const client = calling().minuteIn('calling');
  client.look();
  t.deepEqual(client.on(accepted).look(), ['chat <- chat.leave']);
  t.deepEqual(client.state, { free: 'menu' });
});

// Incoming calls.

test('an incoming call shows a line that names the caller, and then opens a question', (t) => {
  for (const client of [new Client(), new Client(alice)]) {
    client.look();
    t.deepEqual(client.on(callFromBob).look(), [
      'terminal: Call from bob (192.0.2.7).',
      'terminal <- alert.raise bob calls',
      'terminal? Do you want to accept an incoming connection (y/n)? ',
    ]);
  }
});

test('y, Y and yes accept a call', (t) => {
  for (const yes of ['y', 'Y', 'yes']) {
    const client = new Client(alice).on(callFromBob);
    client.look();
    t.deepEqual(client.types(yes).look(), [
      'chat <- call.accept',
      'terminal: Connection accepted.',
      'terminal: Enter your text to send to buddy.  Enter q to quit.',
      'terminal? > ',
    ]);
  }
});

test('N refuses a call, and the previous question opens again', (t) => {
  const client = new Client(alice).types('a').on(callFromBob);
  client.look();
  t.deepEqual(client.types('n').look(), [
    'chat <- call.reject',
    `terminal: ${SAY.callRefused}`,
    'terminal? Enter buddy id: ',
  ]);
});

test('an answer other than Y or N repeats the question', (t) => {
  const client = new Client(alice).on(callFromBob).types('what');
  t.deepEqual(client.state, { busy: 'ringing' });
});

test('an incoming call that is not answered for a minute is refused', (t) => {
  const client = new Client(alice).on(callFromBob);
  client.look();
  t.deepEqual(client.minuteIn('ringing').look(), [
    'chat <- call.reject',
    `terminal: ${SAY.callUnanswered}`,
    MENU,
  ]);
});

test('if the caller hangs up, the question about the call closes', (t) => {
  const client = new Client(alice).on(callFromBob);
  client.look();
  t.deepEqual(client.on(closed).look(), [`terminal: ${SAY.callGone}`, MENU]);
});

test('if a call arrives while the client waits for the server, the call rings after the reply', (t) => {
  const client = new Client(alice).types('a', 'bob').on(callFromBob);
  client.look();
  t.deepEqual(client.serverReplies('200 OK').look(), [
    'terminal: 200 OK',
    'heartbeat <- buddies.get',
    'terminal: Call from bob (192.0.2.7).',
    'terminal <- alert.raise bob calls',
    'terminal? Do you want to accept an incoming connection (y/n)? ',
  ]);
  t.is(client.types('y').look()[0], 'chat <- call.accept');
});

test('if a call ends while the client waits for the server, this call does not ring', (t) => {
  const client = new Client(alice).types('a', 'bob').on(callFromBob, closed);
  t.deepEqual(client.serverReplies('200 OK').state, { free: 'menu' });
});

// One buddy at a time.

test('a call during another call or a chat is refused, and one line says so', (t) => {
  const busy = [
    calling(),
    new Client(alice).on(callFromBob),
    chatting(),
    new Client(alice).types('a', 'x').on(callFromBob),
  ];
  for (const client of busy) {
    const { state } = client;
    client.look();
    t.deepEqual(client.on(otherCall).look(), [
      'other chat <- call.reject',
      'terminal: Refused a call from 192.0.2.9: you are busy.',
    ]);
    t.deepEqual(client.state, state);
  }
});

test('messages of another chat are not shown in the current one', (t) => {
  const client = chatting();
  t.deepEqual(client.on(received('spam', false, otherChat)).look(), []);
  t.deepEqual(client.on(report({ type: 'chat.closed' }, otherChat)).look(), []);
  t.deepEqual(client.state, { busy: { chatting: 'composing' } });
});

// Chatting.

test('each line goes to the buddy, and the next prompt opens when that line is sent', (t) => {
  const client = chatting();
  t.deepEqual(client.types('hello').look(), ['chat <- message.send hello']);
  t.deepEqual(client.on(sent('hello')).look(), [
    'terminal! alice: hello',
    'archive <- message.record bob hello',
    'terminal? > ',
  ]);
});

test('a line that is a backslash and a q is sent as the line q', (t) => {
  t.deepEqual(chatting().types('\\q').look(), ['chat <- message.send q']);
});

test('only a line that is exactly q leaves the chat', (t) => {
  for (const text of ['Q', ' q', 'qq', '']) {
    t.is(chatting().types(text).look()[0], ['chat <- message.send', text].filter(Boolean).join(' '), text);
  }
  t.deepEqual(chatting().types('q').look(), [
    'chat <- chat.leave',
    'terminal: Buddy connection closed.',
    MENU,
  ]);
});

/** The client of alice in a chat with a buddy who does not read. Her line `first` is still under way. */
function stalled(): Client {
  const client = chatting().types('first');
  client.look();
  return client.stalls();
}

test('a buddy who does not read is reported, and the user can leave', (t) => {
  const client = stalled();
  t.deepEqual(client.look(), [`terminal: ${SAY.buddyDoesNotRead}`, 'terminal? > ']);
  t.deepEqual(client.types('q').look(), ['chat <- chat.leave', 'terminal: Buddy connection closed.', MENU]);
});

test('if the buddy does not read, the next typed line is held, and sent after the previous line', (t) => {
  const client = stalled().types('second');
  client.look();
  t.is(client.on(sent('first')).look().at(-1), 'chat <- message.send second');
  t.deepEqual(client.state, { busy: { chatting: 'sending' } }, 'a script is not asked for the next line yet');
  t.is(client.on(sent('second')).look().at(-1), 'terminal? > ');
  t.deepEqual(client.state, { busy: { chatting: 'composing' } });
});

test('when the buddy reads again, the user can type the next line', (t) => {
  const client = stalled();
  client.look();
  client.on(sent('hi'));
  t.deepEqual(client.state, { busy: { chatting: 'composing' } });
});

test('if the buddy does not read for a minute, the chat ends, and the unsent lines are reported', (t) => {
  const client = stalled().types('second');
  client.look();
  client.isAbandoned();
  t.deepEqual(client.look(), ['chat <- chat.abandon']);
  client.on(
    report({ type: 'message.lost', text: 'zeroth' }),
    report({ type: 'message.failed', text: 'first' }),
    report({ type: 'chat.closed', reason: 'your buddy does not read' as DisplayText }),
  );
  t.deepEqual(client.look(), [
    'terminal: (Not delivered, as far as is known: zeroth)',
    'terminal: (Not sent: first)',
    'terminal: (Not sent: second)',
    'terminal: Buddy connection broke: your buddy does not read.',
    MENU,
  ]);
});

test('a received message is shown and recorded, and raises an alert', (t) => {
  t.deepEqual(chatting().on(received('hi alice')).look(), [
    'terminal! bob: hi alice',
    'archive <- message.record bob hi alice',
    'terminal <- alert.raise bob: hi alice',
  ]);
});

test('a message that was cut is reported, whether it was received or sent', (t) => {
  t.is(chatting().on(received('hi', true)).look()[1], `terminal: ${SAY.buddysMessageCut}`);
  t.deepEqual(chatting().types('long').on(sent('hi', true)).look().slice(-3), [
    `terminal: ${SAY.ownMessageCut}`,
    'archive <- message.record bob hi',
    'terminal? > ',
  ]);
});

test('the chat ends when the buddy leaves', (t) => {
  t.deepEqual(chatting().on(left).look(), ['terminal: Buddy connection closed.', MENU]);
});

test('after a chat, the client asks again the question that the call had interrupted', (t) => {
  const client = new Client(alice).types('a').on(callFromBob).types('y', 'q');
  t.deepEqual(client.state, { free: 'asking' });
  t.is(client.look().at(-1), 'terminal? Enter buddy id: ');
});

// Leaving, and restarting.

test('X, the end of the input and a shutdown request end the client', (t) => {
  t.is(new Client().types('x').state, 'left');
  for (const client of [new Client(), new Client(alice).types('a', 'bob')]) {
    client.look();
    t.deepEqual(client.on({ type: 'input.ended' }).look(), []);
    t.is(client.state, 'left');
  }
  t.is(chatting().on({ type: 'shutdown.requested' }).state, 'left');
});

test('after the end of the input, the client waits until its lines are reported, and then ends', (t) => {
  for (const client of [calling(), chatting()]) {
    client.look();
    t.deepEqual(client.on({ type: 'input.ended' }).look(), ['chat <- chat.leave']);
    t.deepEqual(client.state, { departing: 'waiting' });
    client.on(report({ type: 'message.lost', text: 'hi' }), closed);
    t.deepEqual(client.look(), ['terminal: (Not delivered, as far as is known: hi)']);
    t.is(client.state, 'left');
  }
  const impatient = chatting().on({ type: 'input.ended' });
  impatient.look();
  t.deepEqual(impatient.on({ type: 'input.interrupted' }).look(), ['chat <- chat.abandon']);
});

test('after the end of the input, no call is placed, but the reply to a pending request is shown', (t) => {
  const exhausted: ClientEvent = { type: 'input.exhausted' };
  t.is(calling().on(exhausted, closed).state, 'left');
  const asking = new Client(alice).types('m', 'bob').on(exhausted);
  t.is(asking.on(buddies(bobOnline)).state, 'left');
  const adding = new Client(alice).types('a', 'bob').on(exhausted);
  t.true(adding.serverReplies('200 OK').look().includes('terminal: 200 OK'));
});

test('a restarted terminal gets the open prompt again', (t) => {
  const client = new Client(alice).types('a');
  client.look();
  t.deepEqual(client.on({ type: 'terminal.opened' }).look(), ['terminal? Enter buddy id: ']);
  const waiting = new Client(alice).types('s');
  waiting.look();
  t.deepEqual(waiting.on({ type: 'terminal.opened' }).look(), []);
});

test('after any events, there is at most one chat, and no prompt opens while the client waits', (t) => {
  const event = fc.oneof(
    fc
      .constantFrom('r', 'l', 'a', 'd', 'm', 's', 'w', 'h', 'b', 'y', 'n', 'q', '', 'bob')
      .map((value) => ({ type: 'prompt.answered', value }) as ClientEvent | ConnectionReport),
    fc.constantFrom<ClientEvent | ConnectionReport>(
      callFromBob,
      otherCall,
      buddies(bobOnline),
      TIMED_OUT,
      placed,
      accepted,
      report({ type: 'call.accepted' }, otherChat),
      report({ type: 'call.refused' }),
      closed,
      left,
      report({ type: 'chat.closed' }, otherChat),
      sent('hi'),
      received('x', false, otherChat),
      { type: 'terminal.opened' },
    ),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      const client = new Client(alice);
      client.look();
      const live = new Set<string>();
      for (const next of events) {
        if ('chat' in next && next.type === 'chat.closed') live.delete(next.chat.id);
        for (const entry of client.on(next).look()) {
          const [actor = '', command] = entry.split(' <- ');
          if (command === 'call.accept') live.add(actor);
          if (command === 'chat.leave') live.delete(actor);
          if (actor.startsWith('terminal? ')) t.notRegex(JSON.stringify(client.state), /waiting/);
        }
        t.true(live.size <= 1);
      }
    }),
    { numRuns: 500 },
  );
});
