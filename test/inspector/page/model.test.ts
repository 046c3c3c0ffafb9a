import test from 'ava';
import {
  begin,
  isOrdinary,
  MAX_ALIKE_LIVES,
  MAX_ALIKE_MESSAGES,
  MAX_LIVES,
  MAX_MESSAGES,
  MAX_STEPPING_ACTORS,
  MAX_STEPS,
  NOTHING_YET,
  take,
} from '../../../inspector/page/model.js';
import type { Frame, Hello, Life, Message } from '../../../inspector/server/frame.js';

const HELLO: Hello = { program: 'im-server', pid: 7, startedAt: 1_000, showsContent: false, lives: [] };

function frame(news: Partial<Frame> = {}): Frame {
  return { at: 2_000, messages: [], transitions: [], lives: [], untold: 0, ...news };
}

function message(type: string, from = 'a', to = 'b'): Message {
  return { at: 2_000, from, to, type };
}

function life(path: string, what: Life['what'], why?: string): Life {
  return { at: 2_000, path, what, ...(why !== undefined && { why }) };
}

test('a hello begins anew, with the lives of before', (t) => {
  const before = take(begin(HELLO), frame({ messages: [message('x')], untold: 3 }));
  t.is(before.messages.length, 1);
  const model = begin({ ...HELLO, pid: 8, lives: [life('a', 'started')] });
  t.is(model.hello?.pid, 8);
  t.deepEqual(
    model.lives.map(({ path, serial }) => [path, serial]),
    [['a', 0]],
  );
  t.is(model.messages.length, 0);
  t.is(model.untold, 0);
});

test('actors stay as they are when a frame says nothing of them', (t) => {
  const actor = { path: 'a', name: 'a', kind: 'machine', status: 'up', restarts: 0, received: 0 } as const;
  const first = take(NOTHING_YET, frame({ actors: [actor] }));
  const second = take(first, frame());
  t.is(second.actors, first.actors);
  t.is(second.messages, first.messages);
  t.is(second.lives, first.lives);
  t.is(second.steps, first.steps);
});

test('an old model is not changed by what comes after it, so that it can stay on the screen', (t) => {
  const old = take(NOTHING_YET, frame({ messages: [message('x')], lives: [life('a', 'started')] }));
  const copy = structuredClone(old);
  take(old, frame({ messages: [message('y')], lives: [life('a', 'ended')], untold: 1 }));
  t.deepEqual(structuredClone(old), copy);
});

test('messages are kept up to a limit, the latest of them, in their order', (t) => {
  const kinds = Array.from({ length: MAX_MESSAGES * 2 }, (_, index) => message(`kind.${index}`));
  const { messages } = take(NOTHING_YET, frame({ messages: kinds }));
  t.is(messages.length, MAX_MESSAGES);
  t.is(messages[0]?.type, `kind.${MAX_MESSAGES}`);
  t.is(messages.at(-1)?.type, `kind.${MAX_MESSAGES * 2 - 1}`);
});

test('a rare message is not drowned by many that are alike', (t) => {
  let model = take(NOTHING_YET, frame({ messages: [message('rare')] }));
  for (let index = 0; index < MAX_MESSAGES; index += 1)
    model = take(model, frame({ messages: [message('usual'), message('usual')] }));
  t.is(model.messages[0]?.type, 'rare');
  t.is(model.messages.length, 1 + MAX_ALIKE_MESSAGES);
});

test('a crash outlives the comings and goings of many, and lives have a limit', (t) => {
  let model = take(NOTHING_YET, frame({ lives: [life('tree/a', 'ended', 'crashed')] }));
  for (let index = 0; index < MAX_LIVES; index += 1)
    model = take(model, frame({ lives: [life('tree/b', 'started'), life('tree/b', 'ended', 'done')] }));
  t.is(model.lives[0]?.why, 'crashed');
  t.is(model.lives.length, 1 + 2 * MAX_ALIKE_LIVES);
  const many = Array.from({ length: MAX_LIVES * 2 }, (_, index) => life(`tree/${index}`, 'started'));
  t.is(take(NOTHING_YET, frame({ lives: many })).lives.length, MAX_LIVES);
});

test('transitions are kept for each actor up to a limit, and for a limited number of actors', (t) => {
  const step = (path: string, event: string) => ({ path, arrow: 'm.a>m.b', event, count: 1 });
  const many = Array.from({ length: MAX_STEPS * 2 }, (_, index) => step('a', `event.${index}`));
  const model = take(NOTHING_YET, frame({ transitions: many }));
  t.is(model.steps.get('a')?.length, MAX_STEPS);
  t.is(model.steps.get('a')?.at(-1)?.event, `event.${MAX_STEPS * 2 - 1}`);
  t.is(model.steps.get('a')?.at(-1)?.at, 2_000);
  const others = Array.from({ length: MAX_STEPPING_ACTORS }, (_, index) => step(`b${index}`, 'x'));
  const full = take(model, frame({ transitions: others }));
  t.is(full.steps.size, MAX_STEPPING_ACTORS);
  t.false(full.steps.has('a'), 'whoever has not moved for longest is forgotten');
});

test('what is not told is counted, and no two things have one number', (t) => {
  const once = take(
    begin({ ...HELLO, lives: [life('a', 'started')] }),
    frame({ untold: 2, messages: [message('x')] }),
  );
  const twice = take(once, frame({ untold: 3, messages: [message('x')], lives: [life('a', 'ended')] }));
  t.is(twice.untold, 5);
  const serials = [...twice.messages, ...twice.lives].map(({ serial }) => serial);
  t.is(new Set(serials).size, serials.length);
});

test('a life is ordinary unless something went wrong', (t) => {
  t.true(isOrdinary(life('a', 'started')));
  t.true(isOrdinary(life('a', 'ended', 'done')));
  t.false(isOrdinary(life('a', 'ended', 'crashed')));
  t.false(isOrdinary(life('a', 'restarting')));
});
