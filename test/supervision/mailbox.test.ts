import test from 'ava';
import { type AnyActorRef, createActor, type EventObject } from 'xstate';
import { fromBehaviour } from '../../supervision/behaviour.js';
import { addressOf, mailboxLogic, nameOf } from '../../supervision/mailbox.js';

interface Note extends EventObject {
  readonly type: 'note' | 'crash';
  readonly text?: string;
}

function recipient(log: string[]): AnyActorRef {
  const actor = createActor(
    fromBehaviour<Note>(() => ({
      receive({ type, text }) {
        if (type === 'crash') throw new Error('crash');
        log.push(String(text));
      },
    })),
  );
  actor.subscribe({ error: () => {} });
  return actor.start();
}

function mailbox(stashLimit: number) {
  const refused: unknown[] = [];
  const refuse = (event: EventObject) => refused.push((event as Note).text);
  const actor: AnyActorRef = createActor(mailboxLogic({ stashLimit, refuse }), { systemId: 'box' }).start();
  const sendNote = (text: string) => actor.send({ type: 'note', text });
  return { actor, sendNote, refused };
}

test('a mailbox forwards events to the attached actor', (t) => {
  const log: string[] = [];
  const { actor, sendNote } = mailbox(1);
  actor.send({ type: 'mailbox.attach', target: recipient(log) });
  sendNote('hello');
  t.deepEqual(log, ['hello']);
});

test('a mailbox keeps events while no actor is attached, and delivers them in order', (t) => {
  const log: string[] = [];
  const { actor, sendNote } = mailbox(10);
  sendNote('one');
  sendNote('two');
  actor.send({ type: 'mailbox.attach', target: recipient(log) });
  sendNote('three');
  t.deepEqual(log, ['one', 'two', 'three']);
});

test('a mailbox refuses events beyond its stash limit', (t) => {
  const { sendNote, refused } = mailbox(2);
  for (const text of ['one', 'two', 'three', 'four']) sendNote(text);
  t.deepEqual(refused, ['three', 'four']);
});

test('a mailbox keeps the events that arrive between the crash of its actor and the detach', (t) => {
  const [first, second]: string[][] = [[], []];
  const { actor, sendNote } = mailbox(10);
  actor.send({ type: 'mailbox.attach', target: recipient(first as string[]) });
  actor.send({ type: 'crash' });
  sendNote('kept');
  actor.send({ type: 'mailbox.detach' });
  sendNote('too');
  actor.send({ type: 'mailbox.attach', target: recipient(second as string[]) });
  t.deepEqual(first, []);
  t.deepEqual(second, ['kept', 'too']);
});

test('with a limit of 0, a mailbox refuses all events while no actor is attached', (t) => {
  const log: string[] = [];
  const { actor, sendNote, refused } = mailbox(0);
  sendNote('before');
  actor.send({ type: 'mailbox.attach', target: recipient(log) });
  sendNote('up');
  actor.send({ type: 'mailbox.detach' });
  sendNote('after');
  t.deepEqual(refused, ['before', 'after']);
  t.deepEqual(log, ['up']);
});

test('if an actor crashes at a stashed event, the next actor gets only the events after that event', (t) => {
  const [first, second]: string[][] = [[], []];
  const { actor, sendNote, refused } = mailbox(3);
  sendNote('one');
  actor.send({ type: 'crash' });
  sendNote('two');
  actor.send({ type: 'mailbox.attach', target: recipient(first as string[]) });
  actor.send({ type: 'mailbox.detach' });
  sendNote('three');
  actor.send({ type: 'mailbox.attach', target: recipient(second as string[]) });
  t.deepEqual(first, ['one']);
  t.deepEqual(second, ['two', 'three']);
  t.deepEqual(refused, []);
});

test('a mailbox forwards events whose types begin with `mailbox` but are not its own commands', (t) => {
  const log: string[] = [];
  const { actor, refused } = mailbox(1);
  actor.send({ type: 'mailbox.attach', target: recipient(log) });
  actor.send({ type: 'mailbox.opened', text: 'the flag is up' });
  t.deepEqual(log, ['the flag is up']);
  t.deepEqual(refused, []);
});

test('an address is found by its name, and an unknown name is an error', (t) => {
  const { actor } = mailbox(1);
  t.is<unknown, unknown>(addressOf(actor.system, nameOf('box')), actor);
  t.throws(() => addressOf(actor.system, nameOf('unknown')), { message: /unknown/ });
});
