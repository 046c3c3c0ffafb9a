import test from 'ava';
import { initialTransition, transition } from 'xstate';
import { chatMachine } from '../../../machines/client/chat.js';
import type { ChatEvent } from '../../../machines/client/chat-setup.js';

function line(text: string): ChatEvent {
  return { type: 'line.received', text, cut: false };
}

const failed = { type: 'socket.failed', reason: 'ECONNREFUSED' } as unknown as ChatEvent;

/** Returns the state after these events, and the actions of the last event. */
function after(...events: readonly (ChatEvent | ChatEvent['type'])[]) {
  let [snapshot] = initialTransition(chatMachine);
  let last: string[] = [];
  for (const event of events) {
    const given = typeof event === 'string' ? ({ type: event } as ChatEvent) : event;
    const [next, actions] = transition(chatMachine, snapshot, given);
    snapshot = next;
    last = actions.map(({ type }) => type);
  }
  return { state: snapshot.value, actions: last };
}

test('an outgoing call connects, sends a greeting and waits for the answer', (t) => {
  t.deepEqual(after('call.dialled'), { state: 'connecting', actions: ['startConnectTimer'] });
  t.deepEqual(after('call.dialled', 'socket.connected'), {
    state: 'calling',
    actions: ['stopTimer', 'sendGreeting', 'announceRinging'],
  });
});

for (const yes of ['ACCEPT', 'accepted', 'OK', 'Yes', 'y', '200 OK']) {
  test(`the answer ${yes} accepts our call`, (t) => {
    t.deepEqual(after('call.dialled', 'socket.connected', line(yes)), {
      state: 'open',
      actions: ['watchDelivery', 'announceAccepted'],
    });
  });
}

for (const no of ['REJECT', 'rejected', 'NO', 'n', 'BUSY']) {
  test(`the answer ${no} refuses our call`, (t) => {
    t.deepEqual(after('call.dialled', 'socket.connected', line(no)), {
      state: 'closing',
      actions: ['announceRefused', 'hangUp', 'startLingerTimer'],
    });
  });
}

test('any other first line accepts our call and is the first message', (t) => {
  t.deepEqual(after('call.dialled', 'socket.connected', line('hi there')), {
    state: 'open',
    actions: ['watchDelivery', 'announceAccepted', 'deliverMessage'],
  });
});

test('a farewell ends a call that is not answered yet', (t) => {
  for (const farewell of ['q', 'BYE500']) {
    t.is(after('call.arrived', line(farewell)).state, 'refusing', farewell);
    t.deepEqual(after('call.arrived', line('REQUEST bob 1234'), 'caller.allowed', line(farewell)), {
      state: 'refusing',
      actions: ['announceClosed', 'hangUp', 'startRefusalTimer'],
    });
    t.deepEqual(after('call.dialled', 'socket.connected', line(farewell)), {
      state: 'closing',
      actions: ['announceAccepted', 'announceLeft', 'hangUp', 'startLingerTimer'],
    });
  }
});

test('a buddy who closes the connection without sending a line refuses our call', (t) => {
  t.deepEqual(after('call.dialled', 'socket.connected', 'socket.ended').actions[0], 'announceRefused');
  t.deepEqual(after('call.dialled', 'socket.connected', 'socket.closed'), {
    state: 'closed',
    actions: ['announceRefused'],
  });
});

test('a buddy who cannot be reached is reported', (t) => {
  t.deepEqual(after('call.dialled', failed), { state: 'closed', actions: ['announceFailed'] });
  t.deepEqual(after('call.dialled', 'timer.passed'), { state: 'closed', actions: ['announceUnreachable'] });
});

test('an outgoing call can be given up at any time', (t) => {
  t.is(after('call.dialled', 'chat.leave').state, 'closed');
  t.is(after('call.dialled', 'socket.connected', 'chat.leave').state, 'closing');
});

test('a caller has a short time to send its id, and then the call rings', (t) => {
  t.deepEqual(after('call.arrived'), { state: 'greeting', actions: ['startGreetingTimer'] });
  t.deepEqual(after('call.arrived', line('HELLO bob')), {
    state: 'screening',
    actions: ['stopTimer', 'readOpening', 'checkCaller'],
  });
  t.deepEqual(after('call.arrived', 'timer.passed'), { state: 'screening', actions: ['checkCaller'] });
  t.deepEqual(after('call.arrived', 'timer.passed', 'caller.allowed'), {
    state: 'ringing',
    actions: ['announceCall'],
  });
});

test('a caller who leaves before the call rings is not reported', (t) => {
  t.deepEqual(after('call.arrived', 'socket.closed'), { state: 'closed', actions: [] });
});

test('a caller who leaves while the call rings is reported', (t) => {
  t.deepEqual(
    after('call.arrived', 'timer.passed', 'caller.allowed', 'socket.ended').actions[0],
    'announceClosed',
  );
  t.deepEqual(after('call.arrived', 'timer.passed', 'caller.allowed', 'socket.closed').actions, [
    'announceClosed',
  ]);
});

test('a line that arrives while the call rings is kept', (t) => {
  t.deepEqual(after('call.arrived', 'timer.passed', 'caller.allowed', line('HELLO bob')), {
    state: 'ringing',
    actions: ['readLateLine'],
  });
});

test('accepting a call sends the acceptance, and delivers the lines that came while the call rang', (t) => {
  t.deepEqual(after('call.arrived', 'timer.passed', 'caller.allowed', 'call.accept'), {
    state: 'open',
    actions: ['sendAcceptance', 'watchDelivery', 'deliverEarlyLines'],
  });
});

test('rejecting a call sends the refusal', (t) => {
  t.deepEqual(after('call.arrived', 'timer.passed', 'caller.allowed', 'call.reject'), {
    state: 'refusing',
    actions: ['sendRefusal', 'startRefusalTimer'],
  });
});

const OPEN = ['call.arrived', 'timer.passed', 'caller.allowed', 'call.accept'] as const;

test('in an open chat, every line except a farewell is a message', (t) => {
  t.deepEqual(after(...OPEN, line('OK')), { state: 'open', actions: ['deliverMessage'] });
  t.deepEqual(after(...OPEN, { type: 'message.send', text: 'hi' }), {
    state: 'open',
    actions: ['sendMessage'],
  });
});

for (const farewell of ['q', 'BYE500']) {
  test(`the line ${farewell} means that the buddy left`, (t) => {
    t.deepEqual(after(...OPEN, line(farewell)), {
      state: 'draining',
      actions: ['announceLeft', 'awaitDelivery', 'startDrainTimer'],
    });
  });
}

test('a line is a farewell only if it is exactly `q` or `BYE500`', (t) => {
  for (const text of ['Q', 'q ', ' q', 'qq', 'bye500']) {
    t.deepEqual(after(...OPEN, line(text)), { state: 'open', actions: ['deliverMessage'] }, text);
  }
});

test('a buddy who closes the connection is reported once', (t) => {
  t.deepEqual(after(...OPEN, 'socket.ended').actions[0], 'announceLeft');
  t.deepEqual(after(...OPEN, 'socket.ended', 'socket.closed'), { state: 'closed', actions: [] });
  t.deepEqual(after(...OPEN, 'socket.closed'), { state: 'closed', actions: ['announceLeft'] });
});

test('when the user leaves, the chat waits until all lines are confirmed and the buddy closes', (t) => {
  t.deepEqual(after(...OPEN, 'chat.leave'), { state: 'draining', actions: ['awaitDelivery'] });
  t.is(after(...OPEN, 'chat.leave', 'socket.closed').state, 'closed');
  const left = [...OPEN, 'chat.leave', 'delivery.confirmed'] as const;
  t.deepEqual(after(...left), { state: 'closing', actions: ['hangUp', 'startLingerTimer'] });
  t.is(after(...left, 'socket.closed').state, 'closed');
  t.is(after(...left, 'timer.passed').state, 'closed');
});

test('lines that the buddy did not read are reported, even if the user or buddy has left the chat', (t) => {
  for (const leaving of ['chat.leave', 'socket.ended'] as const) {
    const named = { state: 'closed', actions: ['announceUndelivered'] };
    t.deepEqual(after(...OPEN, leaving, failed), named);
    t.deepEqual(after(...OPEN, leaving, 'delivery.confirmed', failed), named);
  }
});

test('reading from the buddy can be paused and resumed', (t) => {
  t.deepEqual(after(...OPEN, 'reading.pause'), { state: 'open', actions: ['pauseReading'] });
  t.deepEqual(after(...OPEN, 'reading.pause', 'reading.resume').actions, ['resumeReading']);
});

test('lines that arrive after the user has left the chat are ignored', (t) => {
  t.deepEqual(after(...OPEN, 'chat.leave', line('wait!')), { state: 'draining', actions: [] });
});

test('on shutdown, a chat hangs up and a ringing call is refused', (t) => {
  t.is(
    after('call.arrived', 'timer.passed', 'caller.allowed', 'shutdown.requested').actions[0],
    'sendRefusal',
  );
  t.is(after(...OPEN, 'shutdown.requested').actions[0], 'hangUp');
  t.is(after('call.dialled', 'shutdown.requested').state, 'closed');
});

test('a chat is reported as broken if its connection fails, and as dead if its connection dies', (t) => {
  const open = ['call.arrived', line('HELLO bob'), 'caller.allowed', 'call.accept'] as const;
  t.deepEqual(after(...open, failed), { state: 'closed', actions: ['announceBroken'] });
  t.deepEqual(after(...open, 'socket.died'), { state: 'closed', actions: ['announceDead'] });
});
