import { once } from 'node:events';
import test, { type ExecutionContext } from 'ava';
import { createActor } from 'xstate';
import { type ArchiveFiles, archiveLogic } from '../../../actors/client/archive-actor.js';
import type { ArchiveCommand, ArchiveReport } from '../../../machines/client/events.js';
import type { DisplayText } from '../../../protocol/display-text.js';
import type { UserId } from '../../../protocol/id.js';
import { fromBehaviour } from '../../../supervision/behaviour.js';
import { until } from '../../helpers/network.js';

const alice = 'alice' as UserId;
const bob = 'bob' as UserId;

type RecordCommand = Extract<ArchiveCommand, { type: 'message.record' }>;

const hello: RecordCommand = {
  type: 'message.record',
  buddy: bob,
  address: undefined,
  own: alice,
  isOwn: false,
  text: 'hello' as DisplayText,
  atMs: 5,
};

/** An archive over files that do as they are told. */
function archiving(t: ExecutionContext, faults: Partial<ArchiveFiles> = {}, user?: UserId) {
  const { type: _type, ...message } = hello;
  const log: string[] = [];
  const files: ArchiveFiles = {
    blocked: ['mallory'],
    record: ({ text }) => void log.push(`record ${text}`),
    find: async () => [message, { ...message, isOwn: true }],
    readBlocked: () => undefined,
    block: (name) => void log.push(`block ${name}`),
    unblock: (name) => void log.push(`unblock ${name}`),
    async *otherClients() {},
    close: () => log.push('close'),
    ...faults,
  };
  const news: ArchiveReport[] = [];
  const client = createActor(fromBehaviour<ArchiveReport>(() => ({ receive: (event) => news.push(event) })));
  client.start();
  const archive = createActor(archiveLogic, {
    input: { client: client as never, openArchive: () => files, user },
  });
  archive.subscribe({ error: () => log.push('crashed') });
  archive.start();
  t.teardown(() => archive.stop());
  return { archive, news, log };
}

test('the block list is told when it is asked for, and after each change', (t) => {
  const { archive, news, log } = archiving(t);
  const told: ArchiveReport = { type: 'blocked.changed', names: ['mallory'] };
  archive.send({ type: 'blocked.get' });
  t.deepEqual(news, [told]);
  archive.send({ type: 'buddy.block', name: 'trudy' });
  archive.send({ type: 'buddy.unblock', name: 'trudy' });
  t.deepEqual(news, [told, told, told]);
  t.deepEqual(log, ['block trudy', 'unblock trudy']);
});

test('a message is written down before the next event is taken', (t) => {
  const { archive, log } = archiving(t);
  archive.send(hello);
  t.deepEqual(log, ['record hello']);
  archive.stop();
  t.deepEqual(log, ['record hello', 'close']);
});

test('history is found, under the names of both sides', async (t) => {
  const { archive, news } = archiving(t);
  archive.send({ type: 'history.show', buddy: bob, search: 'hell' });
  await until(() => news.length > 0);
  const shown = { text: 'hello' as DisplayText, atMs: 5 };
  t.deepEqual(news[0], {
    type: 'history.found',
    buddy: bob,
    search: 'hell',
    messages: [
      { name: 'bob' as DisplayText, isOwn: false, ...shown },
      { name: 'alice' as DisplayText, isOwn: true, ...shown },
    ],
  });
});

test('the first message that cannot be written is told of, the others are tried', (t) => {
  let tries = 0;
  const record = () => {
    tries += 1;
    return tries > 1 ? { reason: 'no space left on device' } : undefined;
  };
  const { archive, news } = archiving(t, { record });
  for (let count = 0; count < 4; count++) archive.send(hello);
  t.is(tries, 4);
  t.deepEqual(news, [
    { type: 'archive.failed', task: 'history.write', reason: 'no space left on device' as DisplayText },
  ]);
});

test('every other failure is told of each time, gated', async (t) => {
  const failed = { reason: 'no\u001b' };
  const { archive, news } = archiving(t, {
    find: async () => failed,
    readBlocked: () => failed,
    block: () => failed,
    unblock: () => failed,
  });
  for (let count = 0; count < 2; count++) archive.send({ type: 'buddy.block', name: 'trudy' });
  archive.send({ type: 'buddy.unblock', name: 'trudy' });
  archive.send({ type: 'history.show', buddy: bob, search: '' });
  await until(() => news.length === 8);
  const failures = news.filter((event) => event.type === 'archive.failed');
  t.deepEqual(
    failures.map(({ task }) => task),
    ['blocked.read', 'blocked.write', 'blocked.write', 'blocked.write', 'history.read'],
  );
  t.true(failures.every(({ reason }) => reason === 'no\u{FFFD}'));
});

test('a bug crashes the actor, which lets go of its files', async (t) => {
  const { archive, log } = archiving(t, {
    find: async () => {
      throw new TypeError('a bug');
    },
  });
  archive.send({ type: 'history.show', buddy: bob, search: '' });
  await until(() => log.includes('crashed'));
  t.deepEqual(log, ['close', 'crashed']);
});

/** Other clients as a test finds them, and what was asked for. */
function others(log: string[], pids: readonly number[]): Partial<ArchiveFiles> {
  return {
    async *otherClients(user, signal) {
      log.push(`claim ${user}`);
      signal.addEventListener('abort', () => log.push(`release ${user}`));
      for (const pid of pids) yield { pid, host: pid % 2 === 0 ? 'else\u001bwhere' : undefined };
      await once(signal, 'abort');
    },
  };
}

test('a user is claimed until another is, or the archive ends; other clients are reported', async (t) => {
  const claims: string[] = [];
  const { archive, news } = archiving(t, others(claims, [7, 8]));
  archive.send({ type: 'user.claim', id: alice });
  archive.send({ type: 'user.claim', id: alice });
  await until(() => news.length === 2);
  t.deepEqual(news, [
    { type: 'client.found', user: alice, pid: 7, host: undefined },
    { type: 'client.found', user: alice, pid: 8, host: 'else\u{FFFD}where' as DisplayText },
  ]);
  t.deepEqual(claims, ['claim alice']);
  archive.send({ type: 'user.claim', id: bob });
  t.deepEqual(claims, ['claim alice', 'release alice', 'claim bob']);
  archive.stop();
  t.deepEqual(claims, ['claim alice', 'release alice', 'claim bob', 'release bob']);
});

test('an archive that was restarted claims its user again', (t) => {
  const claims: string[] = [];
  archiving(t, others(claims, []), alice);
  t.deepEqual(claims, ['claim alice']);
});

test('a bug in looking for other clients is a crash of the archive', async (t) => {
  const { log } = archiving(
    t,
    {
      // biome-ignore lint/correctness/useYield: it fails before
      async *otherClients() {
        throw new Error('injected');
      },
    },
    alice,
  );
  await until(() => log.includes('crashed'));
  t.deepEqual(log, ['close', 'crashed']);
});
