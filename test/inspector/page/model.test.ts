import test from 'ava';
import {
  applyFrame,
  begin,
  isOrdinary,
  MAX_ENTRIES,
  MAX_ENTRIES_PER_KIND,
  MAX_MESSAGES,
  MAX_MESSAGES_PER_KIND,
  MAX_STEPPING_ACTORS,
  MAX_STEPS,
  NOTHING_YET,
} from '../../../inspector/page/model.js';
import type { Frame, Hello, LifecycleEntry, Message } from '../../../inspector/server/frame.js';

const HELLO: Hello = { program: 'im-server', pid: 7, startedAt: 1_000, showsContent: false, lives: [] };

function frame(changes: Partial<Frame> = {}): Frame {
  return { at: 2_000, messages: [], transitions: [], lives: [], untold: 0, ...changes };
}

function message(type: string, from = 'a', to = 'b'): Message {
  return { at: 2_000, from, to, type };
}

function entry(path: string, what: LifecycleEntry['what'], why?: string): LifecycleEntry {
  return { at: 2_000, path, what, ...(why !== undefined && { why }) };
}

test('a `hello` replaces the model; the new log begins with the lifecycle events in the `hello`', (t) => {
  const before = applyFrame(begin(HELLO), frame({ messages: [message('x')], untold: 3 }));
  t.is(before.messages.length, 1);
  const model = begin({ ...HELLO, pid: 8, lives: [entry('a', 'started')] });
  t.is(model.hello?.pid, 8);
  t.deepEqual(
    model.lifecycle.map(({ path, serial }) => [path, serial]),
    [['a', 0]],
  );
  t.is(model.messages.length, 0);
  t.is(model.omitted, 0);
});

test('the next model keeps the same objects for the parts that a frame does not mention', (t) => {
  const actor = { path: 'a', name: 'a', kind: 'machine', status: 'up', restarts: 0, received: 0 } as const;
  const first = applyFrame(NOTHING_YET, frame({ actors: [actor] }));
  const second = applyFrame(first, frame());
  t.is(second.actors, first.actors);
  t.is(second.messages, first.messages);
  t.is(second.lifecycle, first.lifecycle);
  t.is(second.steps, first.steps);
});

test('`applyFrame` does not change the old model, which a paused page still shows', (t) => {
  const old = applyFrame(NOTHING_YET, frame({ messages: [message('x')], lives: [entry('a', 'started')] }));
  const copy = structuredClone(old);
  applyFrame(old, frame({ messages: [message('y')], lives: [entry('a', 'ended')], untold: 1 }));
  t.deepEqual(structuredClone(old), copy);
});

test('the latest messages are kept in order, up to a limit', (t) => {
  const kinds = Array.from({ length: MAX_MESSAGES * 2 }, (_, index) => message(`kind.${index}`));
  const { messages } = applyFrame(NOTHING_YET, frame({ messages: kinds }));
  t.is(messages.length, MAX_MESSAGES);
  t.is(messages[0]?.type, `kind.${MAX_MESSAGES}`);
  t.is(messages.at(-1)?.type, `kind.${MAX_MESSAGES * 2 - 1}`);
});

test('frequent messages do not evict a rare one', (t) => {
  let model = applyFrame(NOTHING_YET, frame({ messages: [message('rare')] }));
  for (let index = 0; index < MAX_MESSAGES; index += 1)
    model = applyFrame(model, frame({ messages: [message('usual'), message('usual')] }));
  t.is(model.messages[0]?.type, 'rare');
  t.is(model.messages.length, 1 + MAX_MESSAGES_PER_KIND);
});

test('ordinary starts and ends do not evict a crash from the log, and the log has a limit', (t) => {
  let model = applyFrame(NOTHING_YET, frame({ lives: [entry('tree/a', 'ended', 'crashed')] }));
  for (let index = 0; index < MAX_ENTRIES; index += 1)
    model = applyFrame(
      model,
      frame({ lives: [entry('tree/b', 'started'), entry('tree/b', 'ended', 'done')] }),
    );
  t.is(model.lifecycle[0]?.why, 'crashed');
  t.is(model.lifecycle.length, 1 + 2 * MAX_ENTRIES_PER_KIND);
  const many = Array.from({ length: MAX_ENTRIES * 2 }, (_, index) => entry(`tree/${index}`, 'started'));
  t.is(applyFrame(NOTHING_YET, frame({ lives: many })).lifecycle.length, MAX_ENTRIES);
});

test('transitions are kept for each actor up to a limit, and for a limited number of actors', (t) => {
  const step = (path: string, event: string) => ({ path, arrow: 'm.a>m.b', event, count: 1 });
  const many = Array.from({ length: MAX_STEPS * 2 }, (_, index) => step('a', `event.${index}`));
  const model = applyFrame(NOTHING_YET, frame({ transitions: many }));
  t.is(model.steps.get('a')?.length, MAX_STEPS);
  t.is(model.steps.get('a')?.at(-1)?.event, `event.${MAX_STEPS * 2 - 1}`);
  t.is(model.steps.get('a')?.at(-1)?.at, 2_000);
  const others = Array.from({ length: MAX_STEPPING_ACTORS }, (_, index) => step(`b${index}`, 'x'));
  const full = applyFrame(model, frame({ transitions: others }));
  t.is(full.steps.size, MAX_STEPPING_ACTORS);
  t.false(full.steps.has('a'), 'the actor whose last transition is the oldest is evicted');
});

test('omitted items are counted, and every serial number is unique', (t) => {
  const once = applyFrame(
    begin({ ...HELLO, lives: [entry('a', 'started')] }),
    frame({ untold: 2, messages: [message('x')] }),
  );
  const twice = applyFrame(
    once,
    frame({ untold: 3, messages: [message('x')], lives: [entry('a', 'ended')] }),
  );
  t.is(twice.omitted, 5);
  const serials = [...twice.messages, ...twice.lifecycle].map(({ serial }) => serial);
  t.is(new Set(serials).size, serials.length);
});

test('a log entry is ordinary unless something went wrong', (t) => {
  t.true(isOrdinary(entry('a', 'started')));
  t.true(isOrdinary(entry('a', 'ended', 'done')));
  t.false(isOrdinary(entry('a', 'ended', 'crashed')));
  t.false(isOrdinary(entry('a', 'restarting')));
});
