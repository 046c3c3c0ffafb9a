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

/** An archive with fake files. */
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
  const reports: ArchiveReport[] = [];
  const client = createActor(
    fromBehaviour<ArchiveReport>(() => ({ receive: (event) => reports.push(event) })),
  );
  client.start();
  const archive = createActor(archiveLogic, {
    input: { client: client as never, openArchive: () => files, user },
  });
  archive.subscribe({ error: () => log.push('crashed') });
  archive.start();
  t.teardown(() => archive.stop());
  return { archive, reports, log };
}

test('the block list is reported on request, and after each change', (t) => {
  const { archive, reports, log } = archiving(t);
  const blocked: ArchiveReport = { type: 'blocked.changed', names: ['mallory'] };
  archive.send({ type: 'blocked.get' });
  t.deepEqual(reports, [blocked]);
  archive.send({ type: 'buddy.block', name: 'trudy' });
  archive.send({ type: 'buddy.unblock', name: 'trudy' });
  t.deepEqual(reports, [blocked, blocked, blocked]);
  t.deepEqual(log, ['block trudy', 'unblock trudy']);
});

test('a message is written before the next event is handled', (t) => {
  const { archive, log } = archiving(t);
  archive.send(hello);
  t.deepEqual(log, ['record hello']);
  archive.stop();
  t.deepEqual(log, ['record hello', 'close']);
});

test('history is found, with the names of both sides', async (t) => {
  const { archive, reports } = archiving(t);
  archive.send({ type: 'history.show', buddy: bob, search: 'hell' });
  await until(() => reports.length > 0);
  const shown = { text: 'hello' as DisplayText, atMs: 5 };
  t.deepEqual(reports[0], {
    type: 'history.found',
    buddy: bob,
    search: 'hell',
    messages: [
      { name: 'bob' as DisplayText, isOwn: false, ...shown },
      { name: 'alice' as DisplayText, isOwn: true, ...shown },
    ],
  });
});

test('only the first failure to write a message is reported, and later messages are tried too', (t) => {
  let tries = 0;
  const record = () => {
    tries += 1;
    return tries > 1 ? { reason: 'no space left on device' } : undefined;
  };
  const { archive, reports } = archiving(t, { record });
  for (let count = 0; count < 4; count++) archive.send(hello);
  t.is(tries, 4);
  t.deepEqual(reports, [
    { type: 'archive.failed', task: 'history.write', reason: 'no space left on device' as DisplayText },
  ]);
});

test('all other failures are reported each time, and their reasons pass the text gate', async (t) => {
  const failed = { reason: 'no\u001b' };
  const { archive, reports } = archiving(t, {
    find: async () => failed,
    readBlocked: () => failed,
    block: () => failed,
    unblock: () => failed,
  });
  for (let count = 0; count < 2; count++) archive.send({ type: 'buddy.block', name: 'trudy' });
  archive.send({ type: 'buddy.unblock', name: 'trudy' });
  archive.send({ type: 'history.show', buddy: bob, search: '' });
  await until(() => reports.length === 8);
  const failures = reports.filter((event) => event.type === 'archive.failed');
  t.deepEqual(
    failures.map(({ task }) => task),
    ['blocked.read', 'blocked.write', 'blocked.write', 'blocked.write', 'history.read'],
  );
  t.true(failures.every(({ reason }) => reason === 'no\u{FFFD}'));
});

test('a bug crashes the actor, which closes its files', async (t) => {
  const { archive, log } = archiving(t, {
    find: async () => {
      throw new TypeError('a bug');
    },
  });
  archive.send({ type: 'history.show', buddy: bob, search: '' });
  await until(() => log.includes('crashed'));
  t.deepEqual(log, ['close', 'crashed']);
});

/** Archive files that find a client of the user for each pid, and log each claim and release of an id. */
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

test('a claim lasts until the archive claims another id or ends; other clients are reported', async (t) => {
  const claims: string[] = [];
  const { archive, reports } = archiving(t, others(claims, [7, 8]));
  archive.send({ type: 'user.claim', id: alice });
  archive.send({ type: 'user.claim', id: alice });
  await until(() => reports.length === 2);
  t.deepEqual(reports, [
    { type: 'client.found', user: alice, pid: 7, host: undefined },
    { type: 'client.found', user: alice, pid: 8, host: 'else\u{FFFD}where' as DisplayText },
  ]);
  t.deepEqual(claims, ['claim alice']);
  archive.send({ type: 'user.claim', id: bob });
  t.deepEqual(claims, ['claim alice', 'release alice', 'claim bob']);
  archive.stop();
  t.deepEqual(claims, ['claim alice', 'release alice', 'claim bob', 'release bob']);
});

test('a restarted archive claims its user again', (t) => {
  const claims: string[] = [];
  archiving(t, others(claims, []), alice);
  t.deepEqual(claims, ['claim alice']);
});

test('a bug in the search for other clients crashes the archive', async (t) => {
  const { log } = archiving(
    t,
    {
      // biome-ignore lint/correctness/useYield: it throws before it could yield
      async *otherClients() {
        throw new Error('injected');
      },
    },
    alice,
  );
  await until(() => log.includes('crashed'));
  t.deepEqual(log, ['close', 'crashed']);
});
