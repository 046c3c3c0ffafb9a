import test from 'ava';
import {
  type Answer,
  countChildren,
  listChildren,
  type Started,
  startChild,
  terminateChild,
} from '../../supervision/administration.js';
import { START_TIMEOUT_MS } from '../../supervision/defaults.js';
import { dynamicSupervisor } from '../../supervision/dynamic-supervisor.js';
import { supervisor } from '../../supervision/supervisor.js';
import {
  type CrowdInput,
  crash,
  crowd,
  listed,
  MANY,
  member,
  nextTurn,
  settledBy,
  story,
  watch,
} from '../helpers/actors.js';

/** The input of a child, for {@link startChild}. */
function input(given: CrowdInput): never {
  return given as never;
}

test('a dynamic supervisor starts a child for every request', (t) => {
  const { log, start } = crowd();
  start('a');
  start('b');
  t.deepEqual(log, ['a started', 'b started']);
});

test('children beyond the limit are refused until a child ends', async (t) => {
  const { log, named, refused, root, start } = crowd({}, { limit: 2 });
  for (const name of ['a', 'b', 'c']) start(name);
  t.deepEqual(refused, ['c']);
  t.deepEqual(await startChild(root, input({ name: 'd' })), { ok: false, code: 'limit_reached' });
  named('a').send({ type: 'finish' });
  start('e');
  t.deepEqual(log, ['a started', 'b started', 'a released', 'e started']);
});

/** Allows at most two children whose names begin with the same letter. */
const QUOTA = { limit: 2, keyOf: ({ name }: CrowdInput) => name.charAt(0) };

test('a child beyond the quota of its key is refused, even if the limit allows another child', (t) => {
  const { named, refused, start } = crowd({}, { limit: 5, quota: QUOTA });
  for (const name of ['a1', 'a2', 'b1', 'a3', 'b2', 'b3', 'c1', 'c2']) start(name);
  t.deepEqual(refused, ['a3', 'b3', 'c2'], 'c2 would exceed the limit of the supervisor');
  named('a1').send({ type: 'finish' });
  for (const name of ['b4', 'a4', 'a5']) start(name);
  t.deepEqual(refused, ['a3', 'b3', 'c2', 'b4', 'a5']);
});

test('a limit that is a function is read at each start', (t) => {
  let [limit, perKey] = [1, 1];
  const quota = { ...QUOTA, limit: () => perKey };
  const { log, refused, start } = crowd({}, { limit: () => limit, quota });
  for (const name of ['a1', 'b1']) start(name);
  limit = 3;
  for (const name of ['a2', 'b2']) start(name);
  perKey = 2;
  for (const name of ['a3', 'b3']) start(name);
  t.deepEqual(refused, ['b1', 'a2', 'b3']);
  t.deepEqual(log, ['a1 started', 'b2 started', 'a3 started']);
});

test('a quota still holds after the number of children has fallen and risen again', (t) => {
  const { named, refused, start } = crowd({}, { limit: 9, quota: QUOTA });
  for (const name of ['a1', 'a2', 'a3']) start(name);
  named('a1').send({ type: 'finish' });
  named('a2').send({ type: 'finish' });
  for (const name of ['a4', 'a5', 'b1']) start(name);
  named('a4').send({ type: 'finish' });
  for (const name of ['a6', 'a7']) start(name);
  t.deepEqual(refused, ['a3', 'a7']);
});

/** A quota with which larger groups make room for smaller groups. */
const FAIR = { ...QUOTA, limit: 4, makesRoom: true };
const SPARABLE = { sparable: true };

test('two groups that fill the supervisor make room for a third group, the oldest child first', (t) => {
  const { log, named, refused, start } = crowd({}, { limit: 7, quota: FAIR });
  for (const name of ['a0', 'b0']) start(name, SPARABLE);
  // The next child, `b1`, takes the slot of `a0`: the slots are then not in the order of age.
  named('a0').send({ type: 'finish' });
  for (const name of ['b1', 'a1', 'a2', 'a3', 'a4', 'b2']) start(name, SPARABLE);
  log.splice(0);
  start('c1');
  t.deepEqual(log, ['a1 released', 'c1 started']);
  start('c2');
  t.deepEqual(log.splice(0).slice(2), ['b0 released', 'c2 started']);
  start('c3');
  t.deepEqual(log, [], 'no group has more children than the group of c3 would have');
  t.deepEqual(refused, ['c3']);
});

test('after the limit is lowered, each new child displaces two others until the limit holds again', (t) => {
  let limit = 8;
  const { log, start } = crowd({}, { limit: () => limit, quota: { ...FAIR, limit: 6 } });
  for (const name of ['a1', 'a2', 'a3', 'a4', 'a5', 'a6']) start(name, SPARABLE);
  log.splice(0);
  limit = 5;
  start('b1');
  t.deepEqual(log.splice(0), ['a1 released', 'a2 released', 'b1 started'], 'now the limit of five holds');
  start('c1');
  t.deepEqual(log, ['a3 released', 'c1 started']);
});

test('only children that agree to end make room; without such a child, the new child is refused', (t) => {
  const { log, refused, start } = crowd({}, { limit: 4, quota: FAIR });
  for (const name of ['a1', 'a2', 'a4']) start(name);
  start('a3', SPARABLE);
  log.splice(0);
  start('b1');
  t.deepEqual(log.splice(0), ['a3 released', 'b1 started']);
  start('c1');
  t.deepEqual([log, refused], [[], ['c1']]);
});

test('without makesRoom, a new child is refused', (t) => {
  const { refused, start } = crowd({}, { limit: 4, quota: { ...FAIR, makesRoom: false } });
  for (const name of ['a1', 'a2', 'a3', 'a4', 'b1']) start(name, SPARABLE);
  t.deepEqual(refused, ['b1']);
});

test('a restarted child still counts towards its quota, but a stopped child does not', async (t) => {
  const tree = crowd({ restart: 'permanent' }, { limit: 9, quota: QUOTA, limits: MANY });
  for (const name of ['a1', 'a2']) tree.start(name);
  crash(tree.named('a1'));
  tree.start('a3');
  tree.clock.increment(1);
  tree.start('a4');
  t.deepEqual(tree.refused, ['a3', 'a4']);
  terminateChild(tree.root, tree.named('a2'));
  tree.start('a5');
  t.deepEqual(tree.refused, ['a3', 'a4']);
});

test('a restarted child still counts towards its quota if it is not ready in time', (t) => {
  const tree = crowd({ restart: 'permanent' }, { limit: 9, quota: QUOTA, limits: MANY });
  for (const name of ['a1', 'a2']) tree.start(name, { slow: true });
  for (const name of ['a1', 'a2']) tree.named(name).send({ type: 'become.ready' });
  for (const name of ['a1', 'a2']) crash(tree.named(name));
  tree.clock.increment(1);
  // Both children are starting again, and do not become ready in time.
  tree.clock.increment(START_TIMEOUT_MS);
  tree.start('a3');
  t.deepEqual(tree.refused, ['a3']);
  tree.clock.increment(1);
  tree.start('a4');
  t.deepEqual(tree.refused, ['a3', 'a4']);
});

test('a child that waits for its restart counts towards the limit', (t) => {
  const tree = crowd({ restart: 'permanent' }, { limit: 1 });
  tree.start('a');
  crash(tree.named('a'));
  tree.start('b');
  t.deepEqual(tree.refused, ['b']);
  nextTurn(tree);
  t.deepEqual(tree.log, ['a started', 'a released', 'a started']);
});

test('each child is restarted with its own input', (t) => {
  const tree = crowd({ restart: 'transient' }, { limits: MANY });
  for (const name of ['a', 'b', 'c']) tree.start(name);
  tree.take();
  crash(tree.named('c'), tree.named('a'));
  nextTurn(tree);
  t.deepEqual(tree.take(), ['c released', 'a released', 'c started', 'a started']);
});

test('each child has its own back-off', (t) => {
  const backoff = { minMs: 100, maxMs: 1_000, jitter: 0 };
  const tree = crowd({ restart: 'permanent', backoff }, { limits: MANY });
  for (const name of ['a', 'b']) tree.start(name);
  const crashed = () => {
    crash(tree.named('a'));
    const last = tree.emitted.findLast(({ type }) => type === 'child.restarting');
    return last?.type === 'child.restarting' && last.delayMs;
  };
  for (const delayMs of [100, 200, 400, 800, 1_000, 1_000]) {
    t.is(crashed(), delayMs);
    const before = tree.log.length;
    tree.clock.increment(delayMs - 1);
    t.is(tree.log.length, before);
    tree.clock.increment(1);
    t.is(tree.log.at(-1), 'a started');
  }
  crash(tree.named('b'));
  t.like(tree.emitted.at(-1), { type: 'child.restarting', delayMs: 100 });
  tree.clock.increment(1_000);
  t.is(crashed(), 100, 'after a quiet time');
});

test('a dynamic supervisor without children ends at once on request', (t) => {
  const { ended, root } = crowd();
  root.send({ type: 'shutdown.requested' });
  t.is(ended.status, 'done');
});

test('a dynamic supervisor starts no child while it shuts down', async (t) => {
  const { refused, root, start } = crowd();
  start('slow', { hangs: true });
  root.send({ type: 'shutdown.requested' });
  start('late');
  t.deepEqual(refused, ['late']);
  t.deepEqual(await startChild(root, input({ name: 'later' })), { ok: false, code: 'shutting_down' });
});

test('a dynamic supervisor restarts no child while it shuts down', (t) => {
  const tree = crowd({ restart: 'permanent' });
  tree.start('a');
  tree.start('hangs', { hangs: true });
  crash(tree.named('a'));
  tree.root.send({ type: 'shutdown.requested' });
  nextTurn(tree);
  t.deepEqual(tree.log, ['a started', 'hangs started', 'a released', 'hangs asked']);
  tree.named('hangs').send({ type: 'finish' });
  t.is(tree.ended.status, 'done');
});

test('if a dynamic supervisor is killed, every child of it is stopped', (t) => {
  const { log, root, start } = crowd();
  start('a');
  start('b');
  root.stop();
  t.deepEqual(log.slice(2), ['a released', 'b released']);
});

test('startChild is answered when the child is ready or has failed', async (t) => {
  const tree = crowd();
  const slow = settledBy(startChild(tree.root, input({ name: 'slow', slow: true })));
  t.is(await slow(), 'pending');
  const actor = await listed(tree.root);
  actor.send({ type: 'become.ready' });
  t.deepEqual(await slow(), { ok: true, actor });

  const late = settledBy(startChild(tree.root, input({ name: 'late', slow: true })));
  tree.clock.increment(START_TIMEOUT_MS);
  t.like(await late(), { ok: false, code: 'start_failed' });
  t.deepEqual(tree.log, ['slow started', 'late started', 'late released']);
  t.is((await countChildren(tree.root)).specs, 1);
});

test('terminateChild stops a child by its actor, and is answered when the child has ended', async (t) => {
  const tree = crowd({ restart: 'permanent' });
  for (const name of ['a', 'b']) tree.start(name, { hangs: true });
  tree.take();
  const readAnswer = settledBy(terminateChild(tree.root, tree.named('a')));
  t.is(await readAnswer(), 'pending');
  t.deepEqual(tree.take(), ['a asked']);
  tree.named('a').send({ type: 'finish' });
  t.deepEqual(await readAnswer(), { ok: true });
  // A child that does not end is killed.
  const other = settledBy(terminateChild(tree.root, tree.named('b')));
  tree.clock.increment(99);
  t.is(await other(), 'pending');
  tree.clock.increment(1);
  t.deepEqual(await other(), { ok: true });
  t.deepEqual(await listChildren(tree.root), []);
  tree.clock.increment(1_000);
  t.deepEqual(tree.take(), ['a released', 'b asked', 'b released']);
  t.deepEqual(
    tree.emitted.flatMap((event) => (event.type === 'child.ended' ? [event.reason.kind] : [])),
    ['shut_down', 'killed'],
  );
});

test('two requests to terminate one child are both answered when its timeout has passed', async (t) => {
  const tree = crowd();
  tree.start('a', { hangs: true });
  const first = settledBy(terminateChild(tree.root, tree.named('a')));
  tree.clock.increment(60);
  const second = settledBy(terminateChild(tree.root, tree.named('a')));
  tree.clock.increment(40);
  t.deepEqual(await first(), { ok: true });
  t.deepEqual(await second(), { ok: true });
});

for (const shutdown of [100, 'brutal'] as const) {
  test(`terminating a child answers its pending start: ${shutdown}`, async (t) => {
    const tree = crowd({ shutdown });
    const started: () => Promise<Answer<Started> | 'pending'> = settledBy(
      startChild(tree.root, input({ name: 'slow', slow: true })),
    );
    t.deepEqual(await terminateChild(tree.root, await listed(tree.root)), { ok: true });
    t.deepEqual(await started(), { ok: false, code: 'shutting_down' });
    t.is((await countChildren(tree.root)).specs, 0);
  });
}

test('a child that is already being terminated does not make the shutdown take longer', async (t) => {
  const tree = crowd();
  tree.start('a', { hangs: true });
  const readAnswer = settledBy(terminateChild(tree.root, tree.named('a')));
  tree.clock.increment(60);
  tree.root.send({ type: 'shutdown.requested' });
  tree.clock.increment(40);
  t.deepEqual(await readAnswer(), { ok: true });
  t.is(tree.ended.status, 'done');
});

test('without a shutdown timeout, a child that was never ready still lets its supervisor end', (t) => {
  const tree = crowd({ shutdown: Number.POSITIVE_INFINITY });
  tree.start('slow', { slow: true, hangs: true });
  tree.root.send({ type: 'shutdown.requested' });
  tree.clock.increment(START_TIMEOUT_MS);
  // Either the supervisor still waits for the child, or it killed the child and has ended.
  const stopped = tree.log.includes('slow released');
  t.is(tree.ended.status, stopped ? 'done' : 'running');
  if (!stopped) tree.named('slow').send({ type: 'finish' });
  t.is(tree.ended.status, 'done');
});

test('lifecycle events name dynamic children by their actor ids', (t) => {
  const tree = crowd({ restart: 'transient' });
  tree.start('a');
  const first = tree.named('a').id;
  crash(tree.named('a'));
  nextTurn(tree);
  const second = tree.named('a').id;
  t.regex(first, /^child:/);
  t.not(first, second);
  t.deepEqual(story(tree), [
    `child.started ${first}`,
    `child.ended ${first} crashed`,
    `child.restarting ${first}`,
    `child.started ${second}`,
  ]);
});

test('lifecycle events of a tree below a dynamic supervisor reach the root', async (t) => {
  const log: string[] = [];
  const template = { id: 'tree', logic: supervisor({ limits: MANY, children: [member('a', log)] }) };
  const pool = watch(dynamicSupervisor({ template, limit: 1 }));
  const start = await startChild(pool.root, undefined);
  t.true(start.ok);
  crash(pool.actor('a'));
  nextTurn(pool);
  t.deepEqual(
    story(pool).map((line) => line.replace(/:\S+/, '')),
    [
      'child.started a',
      'child.started tree',
      'child.ended a crashed',
      'child.restarting a',
      'child.started a',
    ],
  );
});
