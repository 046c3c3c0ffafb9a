import test from 'ava';
import { initialTransition, transition } from 'xstate';
import { consoleMachine } from '../../../machines/terminal/console-chart.js';
import type {
  AskedPrompt,
  BareConsoleEvent,
  ConsoleFacts,
} from '../../../machines/terminal/console-setup.js';

const MENU: AskedPrompt = { kind: 'key', keys: 'rx' };
const CALL: AskedPrompt = { kind: 'key', keys: 'yn', isSudden: true };
const ID: AskedPrompt = { kind: 'line', draft: 'id' };
const CHAT: AskedPrompt = { kind: 'line', isMessage: true };
const NAMED_CHAT: AskedPrompt = { ...CHAT, draft: 'message to bob' };

const DROPPED = { type: 'prompt.dropped' } as const;
const REPEATED = { type: 'prompt.repeated' } as const;
const SENT = { type: 'line.sent' } as const;
const QUIET = { type: 'quiet.passed' } as const;
const CLOSED = { type: 'console.closed' } as const;
const CTRL_C = { type: 'interrupt.pressed', isAgain: false } as const;
const CTRL_D = { type: 'end.pressed' } as const;

type Input = BareConsoleEvent & Partial<ConsoleFacts>;

function asked(prompt: AskedPrompt, facts: Partial<ConsoleFacts> = {}): Input {
  return { type: 'prompt.asked', prompt, ...facts };
}

function key(text?: string): Input {
  return { type: 'key.pressed', text };
}

function paste(lineCount: number): Input {
  return { type: 'paste.received', lineCount };
}

function answer(value: string): Input {
  return { type: 'answer.given', value };
}

/** The same event, at a time when the line has text. */
function typed(input: Input): Input {
  return { ...input, hasText: true };
}

/** Returns the state of the console after these events, and the effects of the last event. */
function after(...events: readonly Input[]) {
  let [snapshot] = initialTransition(consoleMachine);
  let effects: string[] = [];
  for (const event of events) {
    const [next, actions] = transition(consoleMachine, snapshot, {
      hasText: false,
      isTyping: false,
      ahead: 'none',
      ...event,
    });
    snapshot = next;
    effects = actions.map(({ type }) => type);
  }
  return { at: pathOf(snapshot.value), effects };
}

function pathOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return Object.entries(value as object)
    .map(([name, inner]) => `${name}.${pathOf(inner)}`)
    .join();
}

const CONFIRMING = [asked(CHAT), paste(3)] as const;
const SENDING = [...CONFIRMING, answer('y')] as const;
const WAITING = [...SENDING, asked(CHAT)] as const;

test('keys that are typed without a prompt are kept', (t) => {
  t.deepEqual(after(key('a')), { at: 'unasked', effects: ['typeAhead'] });
  t.deepEqual(after(paste(1)), { at: 'unasked', effects: ['typeAhead'] });
});

test('the kind of a prompt determines the state, and the prompt gets the keys that were typed ahead', (t) => {
  for (const [prompt, at] of [
    [MENU, 'asked.key'],
    [ID, 'asked.text.line'],
    [CHAT, 'asked.text.message'],
  ] as const)
    t.deepEqual(after(asked(prompt)), { at, effects: ['openPrompt', 'deliverAhead'] });
});

test('keys that were typed ahead do not answer a key prompt that opens suddenly', (t) => {
  for (const ahead of ['none', 'stale', 'fresh'] as const)
    t.deepEqual(after(asked(CALL, { ahead })), {
      at: 'quiet.asked',
      effects: ['openPrompt', 'dropAhead', 'startQuietTimer'],
    });
  t.is(after(asked(MENU, { ahead: 'fresh' })).at, 'asked.key');
  t.is(after(asked({ ...ID, isSudden: true }, { ahead: 'fresh' })).at, 'asked.text.line');
});

test('keys typed ahead in a chat go to its next line, or are reported as unsent if there is none', (t) => {
  const between = [asked(CHAT), answer('hi')];
  for (const ahead of ['none', 'stale', 'fresh'] as const) {
    t.deepEqual(after(...between, asked(CHAT, { ahead })), {
      at: 'asked.text.message',
      effects: ['openPrompt', 'deliverAllAhead'],
    });
    for (const prompt of [MENU, CALL, ID])
      t.deepEqual(after(...between, asked(prompt, { ahead })), {
        at: 'quiet.asked',
        effects: ['openPrompt', 'reportUnsentAhead', 'startQuietTimer'],
      });
  }
});

test('keys that the user types after leaving a chat with q go to the menu', (t) => {
  t.deepEqual(after(asked(CHAT), answer('q'), asked(MENU, { ahead: 'fresh', isTyping: true })), {
    at: 'asked.key',
    effects: ['openPrompt', 'deliverAhead'],
  });
  t.is(after(asked(ID), answer('q'), asked(MENU)).at, 'asked.key');
});

test('an answer closes the prompt', (t) => {
  for (const prompt of [MENU, ID, CHAT])
    t.deepEqual(after(asked(prompt), answer('y')), { at: 'unasked', effects: ['deliverAnswer'] });
  t.deepEqual(after(asked(CALL), QUIET, answer('y')), { at: 'unasked', effects: ['deliverAnswer'] });
});

test('an empty line is not a message, but answers any other line prompt', (t) => {
  t.deepEqual(after(asked(CHAT), answer('')), { at: 'asked.text.message', effects: ['ringBell'] });
  t.deepEqual(after(asked(CHAT), answer(' ')), { at: 'unasked', effects: ['deliverAnswer'] });
  t.deepEqual(after(asked(ID), answer('')), { at: 'unasked', effects: ['deliverAnswer'] });
});

test('a key goes to any prompt on the screen, and a paste goes only to a line prompt', (t) => {
  for (const prompt of [MENU, ID, CHAT]) t.deepEqual(after(asked(prompt), key('z')).effects, ['pressShown']);
  t.deepEqual(after(asked(MENU), paste(1)).effects, ['ringBell']);
  t.deepEqual(after(asked(CALL), QUIET, paste(1)), { at: 'asked.key', effects: ['ringBell'] });
  for (const count of [1, 2]) t.deepEqual(after(asked(ID), paste(count)).effects, ['insertShown']);
});

test('a sudden key prompt takes the keys that answer it, and any other key begins a quiet time', (t) => {
  for (const text of ['y', 'N'])
    t.deepEqual(after(asked(CALL), QUIET, key(text)), { at: 'asked.key', effects: ['pressShown'] });
  for (const text of ['m', '', undefined])
    t.deepEqual(after(asked(CALL), QUIET, key(text)), {
      at: 'quiet.asked',
      effects: ['ringBell', 'startQuietTimer'],
    });
});

test('in a quiet time without a line, every key restarts the timer, and no key answers the prompt', (t) => {
  const quiet = [asked(CALL), key('m')];
  for (const input of [key('z'), paste(1)])
    t.deepEqual(after(...quiet, input), { at: 'quiet.asked', effects: ['startQuietTimer', 'ringBell'] });
  t.deepEqual(after(...quiet, key('y')), {
    at: 'quiet.asked',
    effects: ['startQuietTimer', 'askForKeyAgain'],
  });
  t.deepEqual(after(...quiet, QUIET), {
    at: 'asked.key',
    effects: ['stopQuietTimer', 'forgetLine'],
  });
  t.deepEqual(after(...quiet, QUIET, key('y')).effects, ['pressShown']);
});

test('a key prompt waits for the quiet time if another prompt was closed just before it', (t) => {
  for (const dropped of [MENU, CALL, ID, CHAT])
    for (const next of [MENU, CALL])
      t.deepEqual(after(asked(dropped), QUIET, DROPPED, asked(next)), {
        at: 'quiet.asked',
        effects: ['openPrompt', 'startQuietTimer'],
      });
});

test('after a key prompt, a chat line takes keys immediately; another line waits if the user types', (t) => {
  const gone = [asked(CALL), DROPPED];
  t.is(after(...gone, asked(CHAT, { isTyping: true })).at, 'asked.text.message');
  t.is(after(...gone, asked(ID)).at, 'asked.text.line');
  t.is(after(...gone, asked(ID, { isTyping: true })).at, 'quiet.asked');
  t.is(after(asked(CHAT), DROPPED, asked(ID)).at, 'quiet.asked');
});

test('if a line is interrupted while it has text, the line keeps taking the keys', (t) => {
  const taken = [asked(ID), typed(DROPPED)];
  t.deepEqual(after(...taken), { at: 'quiet.unasked', effects: ['interruptLine', 'startQuietTimer'] });
  t.is(after(asked(ID), { ...DROPPED, isTyping: true }).at, 'quiet.unasked');
  t.deepEqual(after(asked(ID), DROPPED), {
    at: 'quiet.unasked',
    effects: ['interruptLine', 'forgetLine', 'startQuietTimer'],
  });
  const called = [...taken, asked(CALL)];
  t.deepEqual(after(...called), { at: 'quiet.asked', effects: ['openPrompt', 'startQuietTimer'] });
  t.deepEqual(after(...called, key('y')).effects, ['startQuietTimer', 'pressKept']);
  t.deepEqual(after(...called, paste(2)).effects, ['startQuietTimer', 'insertKept']);
  t.deepEqual(after(...called, answer('y')), { at: 'quiet.asked', effects: ['ringBell'] });
  t.deepEqual(after(...called, QUIET, key('y')), { at: 'asked.key', effects: ['pressShown'] });
});

test('after the quiet time, an interrupted line takes no more keys', (t) => {
  t.deepEqual(after(asked(ID), typed(DROPPED), asked(CALL), QUIET, key('m'), key('y')).effects, [
    'startQuietTimer',
    'askForKeyAgain',
  ]);
});

test('an interrupted line without a draft takes no keys', (t) => {
  const taken = [asked(CHAT), typed(DROPPED)];
  t.deepEqual(after(...taken, key('y')), {
    at: 'quiet.unasked',
    effects: ['startQuietTimer', 'ringBell'],
  });
  t.is(after(...taken, QUIET).at, 'unasked');
});

test('the quiet time ends when the client asks again for the interrupted line', (t) => {
  const taken = [asked(ID), typed(DROPPED)];
  t.deepEqual(after(...taken, asked({ ...ID }), key('y')), {
    at: 'asked.text.line',
    effects: ['pressShown'],
  });
  t.is(after(...taken, asked({ kind: 'line', draft: 'other' })).at, 'quiet.asked');
});

test('closing a prompt does not end a quiet time, and the interrupted line keeps taking the keys', (t) => {
  const taken = [asked(ID), typed(DROPPED)];
  t.deepEqual(after(...taken, asked(CALL), DROPPED), { at: 'quiet.unasked', effects: ['closePrompt'] });
  t.deepEqual(after(...taken, asked(CALL), DROPPED, key('y')).effects, ['startQuietTimer', 'pressKept']);
  const other = [...taken, asked(NAMED_CHAT), DROPPED];
  t.deepEqual(after(...other), { at: 'quiet.unasked', effects: ['interruptLine', 'startQuietTimer'] });
  t.is(after(...other, asked(NAMED_CHAT)).at, 'asked.text.message');
});

test('the console asks before it sends several pasted lines to a chat', (t) => {
  t.deepEqual(after(asked(CHAT), paste(1)), { at: 'asked.text.message', effects: ['insertShown'] });
  t.deepEqual(after(...CONFIRMING), { at: 'asked.text.confirming', effects: ['askAboutPaste'] });
  t.deepEqual(after(...CONFIRMING, key('y')).effects, ['pressShown']);
  t.deepEqual(after(...CONFIRMING, paste(2)).effects, ['ringBell']);
  t.deepEqual(after(...CONFIRMING, answer('n')), {
    at: 'asked.text.message',
    effects: ['refusePaste'],
  });
  for (const yes of ['y', 'Y'])
    t.deepEqual(after(...CONFIRMING, answer(yes)), {
      at: 'pasting.sending.underWay',
      effects: ['agreeToPaste', 'setLineAside', 'sendLine'],
    });
});

test('while a pasted line is being sent, keys go to the line that was set aside', (t) => {
  t.deepEqual(after(...SENDING, key('a')).effects, ['pressKept']);
  t.deepEqual(after(...SENDING, paste(2)).effects, ['insertKept']);
  t.deepEqual(after(...SENDING, answer('draft')), { at: 'pasting.sending.underWay', effects: ['ringBell'] });
});

test('after each line of a paste, the next line is sent; after the last line, the prompt opens', (t) => {
  const next = [SENT, DROPPED, asked(CHAT)];
  t.is(after(...SENDING, SENT).at, 'pasting.sending.sent');
  for (const events of [next, [...next, ...next]])
    t.deepEqual(after(...SENDING, ...events), { at: 'pasting.sending.underWay', effects: ['sendLine'] });
  t.deepEqual(after(...SENDING, ...next, ...next, ...next), {
    at: 'asked.text.message',
    effects: ['reopenLine'],
  });
  t.is(
    after(...SENDING, ...next, ...next, asked(CHAT)).at,
    'asked.text.message',
    'while the last line is being sent',
  );
});

test('the prompt is open while pasted lines wait, and no typed line overtakes them', (t) => {
  t.deepEqual(after(...WAITING), { at: 'pasting.waiting.underWay', effects: ['reopenLine'] });
  t.deepEqual(after(...WAITING, key('a')).effects, ['pressShown']);
  t.deepEqual(after(...WAITING, paste(2)).effects, ['insertShown']);
  t.deepEqual(after(...WAITING, answer('four')), { at: 'pasting.waiting.underWay', effects: ['ringBell'] });
  t.deepEqual(after(...WAITING, answer('q')), {
    at: 'unasked',
    effects: ['reportUnsentPaste', 'deliverAnswer'],
  });
});

test('pasting continues when the buddy reads, whether the prompt is repeated or replaced', (t) => {
  t.is(after(...WAITING, REPEATED).at, 'pasting.waiting.underWay', 'the previous line is not sent yet');
  t.deepEqual(after(...WAITING, SENT, REPEATED), {
    at: 'pasting.sending.underWay',
    effects: ['setLineAside', 'sendLine'],
  });
  t.deepEqual(after(...WAITING, DROPPED), { at: 'pasting.sending.underWay', effects: ['setLineAside'] });
  t.is(after(...WAITING, DROPPED, asked(CHAT)).at, 'pasting.waiting.underWay');
  t.deepEqual(after(...WAITING, SENT, DROPPED, asked(CHAT)).effects, ['sendLine']);
});

test('a pasted line is handed over only after the previous line was sent', (t) => {
  const ways = [REPEATED, DROPPED, asked(CHAT)].flatMap((first) =>
    [REPEATED, DROPPED, asked(CHAT)].map((second) => [first, second]),
  );
  for (const start of [SENDING, WAITING]) {
    for (const way of ways) {
      const effects = way.flatMap((_, at) => after(...start, ...way.slice(0, at + 1)).effects);
      t.false(effects.includes('sendLine'), JSON.stringify(way));
    }
  }
});

test('any prompt other than that of the chat ends a paste', (t) => {
  for (const prompt of [MENU, ID, NAMED_CHAT]) {
    t.deepEqual(after(...SENDING, typed(asked(prompt))), {
      at: 'quiet.asked',
      effects: ['interruptLine', 'openPrompt', 'startQuietTimer'],
    });
    t.deepEqual(after(...SENDING, asked(prompt)).effects, [
      ...['interruptLine', 'forgetLine', 'openPrompt', 'startQuietTimer'],
    ]);
    t.is(after(...SENDING, SENT, asked(prompt, { isTyping: true })).at, 'quiet.asked');
  }
  t.deepEqual(after(...CONFIRMING, typed(DROPPED)), {
    at: 'quiet.unasked',
    effects: ['interruptLine', 'startQuietTimer'],
  });
});

test('closing the console reports the unsent lines of a confirmed paste', (t) => {
  for (const events of [SENDING, [...SENDING, SENT], WAITING])
    t.deepEqual(after(...events, CLOSED), { at: 'closed', effects: ['interruptLine'] });
  for (const events of [[], [asked(MENU)], [asked(ID)], CONFIRMING])
    t.deepEqual(after(...events, CLOSED), { at: 'closed', effects: [] });
  t.deepEqual(after(asked(ID), typed(DROPPED), CLOSED), {
    at: 'closed',
    effects: ['stopQuietTimer', 'forgetLine'],
  });
});

/** Events that lead to many different states. */
const EVERYWHERE: readonly (readonly Input[])[] = [
  [],
  [asked(MENU)],
  [asked(ID)],
  [asked(CHAT)],
  CONFIRMING,
  SENDING,
  [...SENDING, SENT],
  WAITING,
  [...WAITING, SENT],
  [asked(ID), typed(DROPPED)],
  [asked(CALL), key('m')],
];

/** The last two lists of `EVERYWHERE` lead to a quiet time, and the other lists do not. */
const QUIET_TIMES = EVERYWHERE.slice(-2);
const OTHER_TIMES = EVERYWHERE.slice(0, -2);

test('Ctrl-C clears the typed text, and interrupts the client if there is no text', (t) => {
  for (const way of OTHER_TIMES.filter((events) => events !== CONFIRMING)) {
    t.deepEqual(after(...way, CTRL_C).effects, ['interruptInput']);
    t.deepEqual(after(...way, typed(CTRL_C)).effects, [way.length === 0 ? 'interruptInput' : 'clearLine']);
  }
  t.deepEqual(after({ ...CTRL_C, ahead: 'fresh' }).effects, ['dropAhead']);
  t.deepEqual(after(...CONFIRMING, CTRL_C), { at: 'asked.text.message', effects: ['refusePaste'] });
});

test('in the quiet time, Ctrl-C and Ctrl-D ring the bell, unless a line with text takes the keys', (t) => {
  for (const way of QUIET_TIMES)
    for (const key of [CTRL_C, CTRL_D])
      t.deepEqual(after(...way, key).effects, ['startQuietTimer', 'ringBell']);
  t.deepEqual(after(asked(ID), typed(DROPPED), typed(CTRL_C)).effects, ['startQuietTimer', 'clearLine']);
});

test('in every state, a second Ctrl-C that soon follows the first one ends the input', (t) => {
  for (const way of EVERYWHERE)
    t.deepEqual(after(...way, typed({ ...CTRL_C, isAgain: true })).effects, ['endInput']);
});

test('Ctrl-D ends the input, except on a line with text in it', (t) => {
  for (const way of OTHER_TIMES) t.deepEqual(after(...way, CTRL_D).effects, ['endInput']);
  for (const way of [[asked(ID)], [asked(CHAT)], WAITING])
    t.deepEqual(after(...way, typed(CTRL_D)).effects, ['pressShown']);
  t.deepEqual(after(...SENDING, typed(CTRL_D)).effects, ['pressKept']);
  t.deepEqual(after(asked(ID), typed(DROPPED), typed(CTRL_D)).effects, ['startQuietTimer', 'pressKept']);
  t.deepEqual(after(...CONFIRMING, typed(CTRL_D)).effects, ['endInput']);
});
