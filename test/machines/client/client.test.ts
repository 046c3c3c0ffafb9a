import test from 'ava';
import fc from 'fast-check';
import { type EventObject, initialTransition, type SnapshotFrom, transition } from 'xstate';
import { clientMachine } from '../../../machines/client/client.js';
import type { ClientEvent, ClientInput } from '../../../machines/client/client-setup.js';
import type { ServerReply } from '../../../machines/client/events.js';
import { SAY } from '../../../machines/client/view.js';
import type { Buddy } from '../../../protocol/buddy-list.js';
import type { DisplayText } from '../../../protocol/display-text.js';
import type { UserId } from '../../../protocol/id.js';

const alice = 'alice' as UserId;
const bob = 'bob' as UserId;
const endpoint = { address: '192.0.2.7', port: 4_000 };
const bobOnline: Buddy = { id: bob, status: 100, endpoint };
const bobOffline: Buddy = { id: bob, status: 101, endpoint: undefined };

/** Stands for a chat: an identity that a log can name. */
const chat = { id: 'chat' } as never;
const otherChat = { id: 'other chat' } as never;

const REPLY_ACTOR = '0.client.waiting.forReply';

/** A client whose neighbours only write down what they are sent. */
class Client {
  #snapshot: SnapshotFrom<typeof clientMachine>;
  #log: string[] = [];

  constructor(user?: UserId) {
    const neighbour = (id: string) => ({ id }) as never;
    const input: ClientInput = {
      terminal: neighbour('terminal'),
      heartbeat: neighbour('heartbeat'),
      chats: neighbour('chats'),
      user,
    };
    const [snapshot, actions] = initialTransition(clientMachine, input);
    this.#snapshot = snapshot;
    this.#write(actions);
  }

  get state(): unknown {
    return this.#snapshot.value;
  }

  get user(): UserId | undefined {
    return this.#snapshot.context.user;
  }

  /** What the neighbours were sent since the last look; the menu's lines and closing prompts left out. */
  look(): string[] {
    return this.#log.splice(0).filter((entry) => !/ {2}[A-Z] - |^terminal: $|prompt\.close$/.test(entry));
  }

  on(...events: readonly ClientEvent[]): this {
    for (const event of events) {
      const [next, actions] = transition(clientMachine, this.#snapshot, event);
      this.#snapshot = next;
      this.#write(actions);
    }
    return this;
  }

  types(...values: readonly string[]): this {
    return this.on(...values.map((value) => ({ type: 'prompt.answered', value }) as const));
  }

  serverReplies(line: string): this {
    const output: ServerReply = { line: line as DisplayText, done: line.startsWith('200') };
    return this.on({ type: `xstate.done.actor.${REPLY_ACTOR}`, actorId: REPLY_ACTOR, output } as never);
  }

  serverFails(reason: string): this {
    return this.on({
      type: `xstate.error.actor.${REPLY_ACTOR}`,
      actorId: REPLY_ACTOR,
      error: new Error(reason),
    } as never);
  }

  minuteIn(state: 'ringing' | 'calling'): this {
    return this.on({ type: `xstate.after.answerTimeout.client.busy.${state}` } as never);
  }

  #write(actions: readonly { readonly type: string; readonly params?: unknown }[]): void {
    for (const { type, params } of actions) {
      if (type === 'xstate.sendTo') this.#writeSent(params as { to: { id: string }; event: EventObject });
      if (type === 'xstate.emit') this.#log.push(`emits ${(params as { event: EventObject }).event.type}`);
      if (type === 'xstate.spawnChild') {
        const { op, ids } = (params as { input: { op: string; ids: string[] } }).input;
        this.#log.push(`server: ${[op, ...ids].join(' ')}`);
      }
    }
  }

  #writeSent({ to, event }: { readonly to: { readonly id: string }; readonly event: EventObject }): void {
    const sent = event as EventObject & {
      lines?: string[];
      prompt?: { text: string };
      text?: string;
      id?: string;
      status?: number;
    };
    if (sent.lines !== undefined) for (const line of sent.lines) this.#log.push(`${to.id}: ${line}`);
    else if (sent.prompt !== undefined) this.#log.push(`${to.id}? ${sent.prompt.text}`);
    else
      this.#log.push(
        [`${to.id} <- ${event.type}`, sent.id, sent.status, sent.text].filter(Boolean).join(' '),
      );
  }
}

const MENU = 'terminal? Your choice: ';
const callFromBob: ClientEvent = {
  type: 'call.received',
  chat,
  caller: bob,
  address: '192.0.2.7' as DisplayText,
};
const otherCall: ClientEvent = {
  type: 'call.received',
  chat: otherChat,
  caller: undefined,
  address: '192.0.2.9' as DisplayText,
};
const buddies = (...list: readonly Buddy[]): ClientEvent => ({ type: 'buddies.received', buddies: list });

/** A client in a chat that it was called into. */
function chatting(): Client {
  const client = new Client(alice).on(callFromBob).types('y');
  client.look();
  return client;
}

// Signing in.

test('somebody unknown sees the menu, and may register, log in or leave', (t) => {
  const client = new Client();
  t.deepEqual(client.state, { free: 'signedOut' });
  t.deepEqual(client.look(), [MENU]);
  for (const letter of ['a', 'D', 'm', 'S']) {
    t.deepEqual(client.types(letter).look(), [`terminal: ${SAY.signInFirst}`, MENU], letter);
  }
});

test('a user named at the start is signed in without asking the server', (t) => {
  const client = new Client(alice);
  t.deepEqual(client.state, { free: 'menu' });
  t.deepEqual(client.look(), [
    'heartbeat <- presence.set alice 100',
    'emits user.signed-in',
    'terminal: Signed in as alice.',
    MENU,
  ]);
});

test('menu letters count in either case', (t) => {
  t.deepEqual(new Client().types('R').state, { free: 'asking' });
  t.deepEqual(new Client().types('r').state, { free: 'asking' });
  t.deepEqual(new Client().types(' l ').state, { free: 'asking' });
});

test('registering asks the server, and a 200 signs in', (t) => {
  const client = new Client();
  client.look();
  client.types('r', 'Alice');
  t.deepEqual(client.look(), ['terminal? Enter user id: ', 'server: REG Alice']);
  client.serverReplies('200 OK');
  t.is(client.user, alice);
  t.deepEqual(client.look(), [
    'terminal: 200 OK',
    'heartbeat <- presence.set alice 100',
    'emits user.signed-in',
    'terminal: Signed in as alice.',
    MENU,
  ]);
});

test('a refused registration shows the reply as received and signs nobody in', (t) => {
  const client = new Client().types('r', 'alice');
  client.look();
  t.deepEqual(client.serverReplies('203 USER EXISTS').look(), ['terminal: 203 USER EXISTS', MENU]);
  t.is(client.user, undefined);
});

test('whether an id is an id is for the server to say, as long as it is one word', (t) => {
  const client = new Client().types('r');
  client.look();
  t.deepEqual(client.types('two words').look(), [`terminal: ${SAY.idHint}`, 'terminal? Enter user id: ']);
  t.deepEqual(client.types('$$$').look(), ['server: REG $$$']);
});

test('logging in asks nobody', (t) => {
  const client = new Client();
  client.look();
  client.types('l', 'ALICE');
  t.is(client.user, alice);
  t.deepEqual(client.look(), [
    'terminal? Enter user id: ',
    'heartbeat <- presence.set alice 100',
    'emits user.signed-in',
    'terminal: Signed in as alice.',
    MENU,
  ]);
});

test('an empty line takes a question back', (t) => {
  const client = new Client(alice).types('a', '');
  t.deepEqual(client.state, { free: 'menu' });
});

test('an unknown choice is said to be one, and the menu goes on', (t) => {
  const client = new Client(alice);
  client.look();
  t.deepEqual(client.types('z').look(), [`terminal: ${SAY.unknownChoice}`, MENU]);
});

// The server.

test('adding and deleting ask the server and refresh the list', (t) => {
  const client = new Client(alice).types('a', 'bob');
  t.is(client.look().at(-1), 'server: ADD alice bob');
  t.deepEqual(client.serverReplies('200 OK').look(), ['terminal: 200 OK', 'heartbeat <- buddies.get', MENU]);
  t.is(client.types('d', 'bob').look().at(-1), 'server: DEL alice bob');
  t.deepEqual(client.serverReplies('202 NO SUCH USER').look(), ['terminal: 202 NO SUCH USER', MENU]);
});

test('a server that is down is a clear line and a menu that goes on', (t) => {
  const client = new Client(alice).types('a', 'bob');
  client.look();
  t.deepEqual(client.serverFails('nothing listens there').look(), [
    'terminal: The server could not be asked: nothing listens there.',
    MENU,
  ]);
});

test('the buddy list is asked for now, and shown when it comes', (t) => {
  const client = new Client(alice);
  client.look();
  t.deepEqual(client.types('s').look(), ['heartbeat <- buddies.get']);
  t.deepEqual(client.on(buddies(bobOnline)).look(), [
    'terminal: My buddy list:',
    'terminal: bob\tONLINE\t192.0.2.7\t4000',
    MENU,
  ]);
});

test('a server that does not answer is said plainly', (t) => {
  const client = new Client(alice).types('s');
  client.look();
  t.deepEqual(client.on({ type: 'buddies.timed-out' }).look(), [`terminal: ${SAY.serverSilent}`, MENU]);
});

test('a server lost and found is told of, wherever the user is', (t) => {
  const client = chatting();
  t.deepEqual(client.on({ type: 'server.lost' }, { type: 'server.found' }).look(), [
    `terminal: ${SAY.serverLost}`,
    `terminal: ${SAY.serverFound}`,
  ]);
});

// Calling.

/** A client that is calling bob. */
function calling(): Client {
  return new Client(alice).types('m', 'bob').on(buddies(bobOnline), { type: 'call.placed', chat });
}

test('a buddy is called where it is now', (t) => {
  const client = new Client(alice);
  client.look();
  client.types('m', 'bob');
  t.deepEqual(client.look(), ['terminal? Enter buddy id: ', 'heartbeat <- buddies.get']);
  client.on(buddies(bobOnline));
  t.deepEqual(client.look(), ['terminal: Attempting to connect...', 'chats <- child.start']);
  t.deepEqual(client.state, { busy: 'calling' });
});

test('who is offline or on no list is not called', (t) => {
  for (const [list, line] of [
    [buddies(bobOffline), 'bob is offline.'],
    [buddies(), 'bob is not on your buddy list.'],
  ] as const) {
    const client = new Client(alice).types('m', 'bob');
    client.look();
    t.deepEqual(client.on(list).look(), [`terminal: ${line}`, MENU]);
  }
});

test('without an answer of the server, a buddy is called where it was last seen', (t) => {
  const client = new Client(alice).on(buddies(bobOnline)).types('m', 'bob');
  client.look();
  client.on({ type: 'buddies.timed-out' });
  t.is(client.look()[0], `terminal: ${SAY.callingFromMemory}`);
  t.deepEqual(client.state, { busy: 'calling' });
});

test('an accepted call is a chat', (t) => {
  const client = calling();
  client.look();
  t.deepEqual(client.on({ type: 'call.accepted', chat }).look(), [
    'terminal: Buddy accepted connection.',
    'terminal: Enter your text to send to buddy.  Enter q to quit.',
    'terminal? > ',
  ]);
});

test('a refused or failed call is a line and the menu', (t) => {
  const refused = calling();
  refused.look();
  t.deepEqual(refused.on({ type: 'call.refused', chat }).look(), [`terminal: ${SAY.refused}`, MENU]);
  const failed = calling();
  failed.look();
  const reason = 'ECONNREFUSED' as DisplayText;
  t.deepEqual(failed.on({ type: 'call.failed', chat, reason }).look(), [
    'terminal: bob could not be reached: ECONNREFUSED.',
    MENU,
  ]);
});

test('a call that nobody answers for a minute is given up', (t) => {
  const client = calling();
  client.look();
  t.deepEqual(client.minuteIn('calling').look(), ['chat <- chat.leave', `terminal: ${SAY.unanswered}`, MENU]);
});

test('an acceptance that comes after the call was given up opens no chat', (t) => {
  const client = calling().minuteIn('calling');
  client.look();
  t.deepEqual(client.on({ type: 'call.accepted', chat }).look(), ['chat <- chat.leave']);
  t.deepEqual(client.state, { free: 'menu' });
});

// Being called.

test('a call asks at once, and says who calls on the line before', (t) => {
  for (const client of [new Client(), new Client(alice)]) {
    client.look();
    t.deepEqual(client.on(callFromBob).look(), [
      'terminal: Call from bob (192.0.2.7).',
      'terminal? Do you want to accept an incoming connection (y/n)? ',
    ]);
  }
});

test('Y accepts, in either case', (t) => {
  for (const yes of ['y', 'Y', 'yes']) {
    const client = new Client(alice).on(callFromBob);
    client.look();
    t.deepEqual(client.types(yes).look(), [
      'terminal: Connection accepted.',
      'chat <- call.accept',
      'terminal: Enter your text to send to buddy.  Enter q to quit.',
      'terminal? > ',
    ]);
  }
});

test('N refuses, and the user is back where they were', (t) => {
  const client = new Client(alice).types('a').on(callFromBob);
  client.look();
  t.deepEqual(client.types('n').look(), [
    'chat <- call.reject',
    `terminal: ${SAY.callRefused}`,
    'terminal? Enter buddy id: ',
  ]);
});

test('neither Y nor N is asked again', (t) => {
  const client = new Client(alice).on(callFromBob).types('what');
  t.deepEqual(client.state, { busy: 'ringing' });
});

test('a call that is not answered for a minute is refused', (t) => {
  const client = new Client(alice).on(callFromBob);
  client.look();
  t.deepEqual(client.minuteIn('ringing').look(), [
    'chat <- call.reject',
    `terminal: ${SAY.callUnanswered}`,
    MENU,
  ]);
});

test('a caller who hangs up stops the question', (t) => {
  const client = new Client(alice).on(callFromBob);
  client.look();
  t.deepEqual(client.on({ type: 'chat.closed', chat }).look(), [`terminal: ${SAY.callGone}`, MENU]);
});

test('a call that comes while the server is asked rings when it has answered', (t) => {
  const client = new Client(alice).types('a', 'bob').on(callFromBob);
  client.look();
  t.deepEqual(client.serverReplies('200 OK').look(), [
    'terminal: 200 OK',
    'heartbeat <- buddies.get',
    'terminal: Call from bob (192.0.2.7).',
    'terminal? Do you want to accept an incoming connection (y/n)? ',
  ]);
  t.is(client.types('y').look()[1], 'chat <- call.accept');
});

test('a caller who gives up while the server is asked does not ring', (t) => {
  const client = new Client(alice).types('a', 'bob').on(callFromBob, { type: 'chat.closed', chat });
  t.deepEqual(client.serverReplies('200 OK').state, { free: 'menu' });
});

// One buddy at a time.

test('whoever calls while the user is calling, called or chatting is refused in one line', (t) => {
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

test('what another chat says does not reach the current one', (t) => {
  const client = chatting();
  const text = 'spam' as DisplayText;
  t.deepEqual(client.on({ type: 'message.received', chat: otherChat, text, cut: false }).look(), [
    'other chat <- chat.leave',
  ]);
  t.deepEqual(client.on({ type: 'chat.closed', chat: otherChat }).look(), []);
  t.deepEqual(client.state, { busy: { chatting: 'composing' } });
});

// Chatting.

test('each line goes to the buddy, and the next is asked for when it went', (t) => {
  const client = chatting();
  t.deepEqual(client.types('hello').look(), ['chat <- message.send hello']);
  t.deepEqual(client.on({ type: 'message.sent', chat, text: 'hi' as DisplayText, cut: false }).look(), [
    'terminal? > ',
  ]);
});

test('a backslash before q sends a q', (t) => {
  t.deepEqual(chatting().types('\\q').look(), ['chat <- message.send q']);
});

test('only a line that is exactly q leaves', (t) => {
  for (const text of ['Q', ' q', 'qq', '']) {
    t.is(chatting().types(text).look()[0], ['chat <- message.send', text].filter(Boolean).join(' '), text);
  }
  t.deepEqual(chatting().types('q').look(), [
    'chat <- chat.leave',
    'terminal: Buddy connection closed.',
    MENU,
  ]);
});

/** Alice in a chat with a buddy who does not read: her first line is stuck. */
function stalled(): Client {
  const client = chatting().types('first');
  client.look();
  return client.on({ type: 'xstate.after.readPatience.client.busy.chatting.sending' } as never);
}

test('a buddy who does not read is told of, and can be left', (t) => {
  const client = stalled();
  t.deepEqual(client.look(), [`terminal: ${SAY.buddyDoesNotRead}`, 'terminal? > ']);
  t.deepEqual(client.types('q').look(), ['chat <- chat.leave', 'terminal: Buddy connection closed.', MENU]);
});

test('a line typed meanwhile waits, and goes out next', (t) => {
  const client = stalled().types('second');
  client.look();
  t.deepEqual(client.on({ type: 'message.sent', chat, text: 'hi' as DisplayText, cut: false }).look(), [
    'chat <- message.send second',
  ]);
  t.deepEqual(client.on({ type: 'message.sent', chat, text: 'hi' as DisplayText, cut: false }).look(), [
    'terminal? > ',
  ]);
});

test('a buddy who reads again lets the prompt stay as it is', (t) => {
  const client = stalled();
  client.look();
  client.on({ type: 'message.sent', chat, text: 'hi' as DisplayText, cut: false });
  t.deepEqual(client.state, { busy: { chatting: 'composing' } });
});

test('a buddy who does not read for a minute is left, and what was not sent is said', (t) => {
  const client = stalled().types('second');
  client.look();
  client.on({ type: 'xstate.after.answerTimeout.client.busy.chatting.held' } as never);
  t.deepEqual(client.look(), [
    'terminal: (Not sent: second)',
    'chat <- chat.leave',
    'terminal: Buddy connection closed.',
    MENU,
  ]);
});

test('a message is shown as one', (t) => {
  const text = 'hi alice' as DisplayText;
  t.deepEqual(chatting().on({ type: 'message.received', chat, text, cut: false }).look(), [
    'terminal: B: hi alice',
  ]);
});

test('a message too long is said to be cut, on both sides', (t) => {
  const text = 'hi' as DisplayText;
  t.is(chatting().on({ type: 'message.received', chat, text, cut: true }).look().length, 2);
  t.deepEqual(
    chatting()
      .types('long')
      .on({ type: 'message.sent', chat, text: 'hi' as DisplayText, cut: true })
      .look()
      .slice(1),
    [`terminal: ${SAY.ownMessageCut}`, 'terminal? > '],
  );
});

test('a buddy who leaves ends the chat', (t) => {
  t.deepEqual(chatting().on({ type: 'chat.closed', chat }).look(), [
    'terminal: Buddy connection closed.',
    MENU,
  ]);
});

test('after a chat the user comes back to the question that the call interrupted', (t) => {
  const client = new Client(alice).types('a').on(callFromBob).types('y', 'q');
  t.deepEqual(client.state, { free: 'asking' });
  t.is(client.look().at(-1), 'terminal? Enter buddy id: ');
});

// Leaving, and mending.

test('X, the end of input and a request to shut down all leave', (t) => {
  t.is(new Client().types('x').state, 'left');
  for (const client of [new Client(), new Client(alice).types('a', 'bob'), calling(), chatting()]) {
    client.look();
    t.deepEqual(client.on({ type: 'input.ended' }).look(), []);
    t.is(client.state, 'left');
  }
  t.is(chatting().on({ type: 'shutdown.requested' }).state, 'left');
});

test('without more input nobody is called, but what was asked is still answered', (t) => {
  const exhausted: ClientEvent = { type: 'input.exhausted' };
  t.is(calling().on(exhausted).state, 'left');
  const asking = new Client(alice).types('m', 'bob').on(exhausted);
  t.is(asking.on({ type: 'buddies.received', buddies: [bobOnline] }).state, 'left');
  const adding = new Client(alice).types('a', 'bob').on(exhausted);
  t.true(adding.serverReplies('200 OK').look().includes('terminal: 200 OK'));
});

test('a terminal that was restarted is shown the open prompt again', (t) => {
  const client = new Client(alice).types('a');
  client.look();
  t.deepEqual(client.on({ type: 'terminal.opened' }).look(), ['terminal? Enter buddy id: ']);
  const waiting = new Client(alice).types('s');
  waiting.look();
  t.deepEqual(waiting.on({ type: 'terminal.opened' }).look(), []);
});

test('whatever happens, the user talks to one buddy at most, and is asked nothing while waiting', (t) => {
  const event = fc.oneof(
    fc
      .constantFrom('r', 'l', 'a', 'd', 'm', 's', 'y', 'n', 'q', '', 'bob')
      .map((value) => ({ type: 'prompt.answered', value }) as ClientEvent),
    fc.constantFrom<ClientEvent>(
      callFromBob,
      otherCall,
      buddies(bobOnline),
      { type: 'buddies.timed-out' },
      { type: 'call.placed', chat },
      { type: 'call.accepted', chat },
      { type: 'call.accepted', chat: otherChat },
      { type: 'call.refused', chat },
      { type: 'chat.closed', chat },
      { type: 'chat.closed', chat: otherChat },
      { type: 'message.sent', chat, text: 'hi' as DisplayText, cut: false },
      { type: 'message.received', chat: otherChat, text: 'x' as DisplayText, cut: false },
      { type: 'terminal.opened' },
    ),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      const client = new Client(alice);
      client.look();
      const live = new Set<string>();
      for (const next of events) {
        if (next.type === 'chat.closed') live.delete(next.chat.id);
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
