import test from 'ava';
import {
  type Answer,
  addChild,
  countChildren,
  countOf,
  deleteChild,
  listChildren,
  restartChild,
  startChild,
  terminateChild,
} from '../../supervision/administration.js';
import { fromBehaviour, IGNORE } from '../../supervision/behaviour.js';
import { START_TIMEOUT_MS } from '../../supervision/defaults.js';
import { addressOf, nameOf } from '../../supervision/mailbox.js';
import { supervisor } from '../../supervision/supervisor.js';
import { crash, crowd, family, listed, MANY, member, nextTurn, settledBy } from '../helpers/actors.js';

function refusal(code: string): Answer {
  return { ok: false, code } as Answer;
}

test('an added child starts after the others and is supervised like the others', async (t) => {
  const tree = family({ a: {} }, { strategy: 'rest_for_one', limits: MANY });
  t.deepEqual(await addChild(tree.root, member('b', tree.log)), { ok: true, actor: tree.actor('b') });
  t.deepEqual(tree.take(), ['a started', 'b started']);
  crash(tree.actor('a'));
  nextTurn(tree);
  t.deepEqual(tree.take(), ['a released', 'b asked', 'b released', 'a started', 'b started']);
});

test('addChild is answered when the child is ready; the next added child starts only then', async (t) => {
  const tree = family({});
  const slow = settledBy(addChild(tree.root, member('slow', tree.log, { slow: true })));
  const next = settledBy(addChild(tree.root, member('next', tree.log)));
  t.is(await slow(), 'pending');
  t.is(await next(), 'pending');
  t.deepEqual(tree.take(), ['slow started']);
  (await listed(tree.root)).send({ type: 'become.ready' });
  t.deepEqual(await slow(), { ok: true, actor: tree.actor('slow') });
  t.deepEqual(await next(), { ok: true, actor: tree.actor('next') });
});

test('if an added child is not ready in time, its start fails and leaves no spec', async (t) => {
  const tree = family({});
  const slow = settledBy(addChild(tree.root, member('slow', tree.log, { slow: true })));
  tree.clock.increment(START_TIMEOUT_MS);
  t.like(await slow(), { ok: false, code: 'start_failed' });
  t.deepEqual(await listChildren(tree.root), []);
  t.is(tree.ended.status, 'running');
});

test('addChild refuses the id of a child that runs or is down', async (t) => {
  const tree = family({ a: {} }, { limits: MANY });
  const spec = member('a', tree.log);
  t.deepEqual(await addChild(tree.root, spec), refusal('already_started'));
  crash(tree.actor('a'));
  t.deepEqual(await addChild(tree.root, spec), refusal('already_started'), 'restarting');
  nextTurn(tree);
  await terminateChild(tree.root, 'a');
  t.deepEqual(await addChild(tree.root, spec), refusal('already_present'));
});

test('a spec with a bad value is refused with an error that names its field', async (t) => {
  const tree = family({ a: { address: { stashLimit: 1 } } });
  for (const [field, bad] of [
    ['restart', { restart: 'never' }],
    ['shutdown', { shutdown: -1 }],
    ['logic', { logic: undefined }],
    ['id', { id: '' }],
    ['significant', { restart: 'transient', significant: true }],
  ] as const) {
    const answer = await addChild(tree.root, { ...member('b', tree.log), ...bad } as never);
    t.like(answer, { ok: false, code: 'invalid_spec' });
    t.regex(('error' in answer && (answer.error as Error).message) || '', new RegExp(`^${field}:`));
  }
  t.is((await listChildren(tree.root)).length, 1);
});

test('addChild refuses an address that is taken anywhere in the system', async (t) => {
  const name = nameOf('name');
  const tree = family({ a: {} });
  const inner = supervisor({
    strategy: 'one_for_one',
    children: [member(name, tree.log, { address: { stashLimit: 1 } })],
  });
  t.true((await addChild(tree.root, { id: 'inner', logic: inner })).ok);
  const spec = member(name, tree.log, { address: { stashLimit: 1 } });
  t.like(await addChild(tree.root, spec), { ok: false, code: 'invalid_spec' });
  // The address is free again when its child is deleted.
  await terminateChild(tree.actor('inner'), name);
  t.deepEqual(await deleteChild(tree.actor('inner'), name), { ok: true });
  t.throws(() => addressOf(tree.root.system, name));
  t.true((await addChild(tree.root, spec)).ok);
});

test('terminateChild is answered when the child has ended, and the child stays down', async (t) => {
  const tree = family({ a: { hangs: true }, b: {} }, { strategy: 'one_for_all' });
  const b = tree.actor('b');
  tree.take();
  const first = settledBy(terminateChild(tree.root, 'a'));
  const second = settledBy(terminateChild(tree.root, 'a'));
  t.is(await first(), 'pending');
  t.deepEqual(tree.take(), ['a asked']);
  tree.actor('a').send({ type: 'finish' });
  t.deepEqual(await first(), { ok: true });
  t.deepEqual(await second(), { ok: true });
  tree.clock.increment(10_000);
  t.deepEqual(tree.take(), ['a released']);
  t.deepEqual(await listChildren(tree.root), [
    { id: 'a', actor: undefined, type: 'worker' },
    { id: 'b', actor: b, type: 'worker' },
  ]);
});

test('terminateChild also accepts the actor of a child', async (t) => {
  const tree = family({ a: {}, b: {} });
  t.deepEqual(await terminateChild(tree.root, tree.actor('a')), { ok: true });
  t.is(tree.log.at(-1), 'a released');
  t.deepEqual(await terminateChild(tree.root, tree.actor('a')), refusal('not_found'));
});

test('if a child is terminated before it is ready, it stops, and its addChild is answered', async (t) => {
  const tree = family({});
  const added = settledBy(addChild(tree.root, member('slow', tree.log, { slow: true })));
  t.deepEqual(await terminateChild(tree.root, 'slow'), { ok: true });
  t.deepEqual(await added(), refusal('shutting_down'));
  t.deepEqual(tree.log, ['slow started', 'slow asked', 'slow released']);
});

test('if a temporary child is terminated before it has started, its spec is forgotten', async (t) => {
  const tree = family({});
  void addChild(tree.root, member('slow', tree.log, { slow: true }));
  const added = settledBy(addChild(tree.root, member('temp', tree.log, { restart: 'temporary' })));
  t.deepEqual(await terminateChild(tree.root, 'temp'), { ok: true });
  t.deepEqual(await added(), refusal('shutting_down'));
  t.deepEqual(
    (await listChildren(tree.root)).map(({ id }) => id),
    ['slow'],
  );
});

test('if a starting temporary child is stopped with its group, its spec is forgotten', async (t) => {
  const tree = family({ a: {} }, { strategy: 'one_for_all', limits: MANY });
  const spec = member('slow', tree.log, { slow: true, restart: 'temporary' });
  const added = settledBy(addChild(tree.root, spec));
  crash(tree.actor('a'));
  nextTurn(tree);
  t.not(await added(), 'pending');
  t.deepEqual(
    (await listChildren(tree.root)).map(({ id }) => id),
    ['a'],
  );
});

test('if a starting child is restarted with its group, addChild is answered after the restart', async (t) => {
  const tree = family({ a: {} }, { strategy: 'one_for_all', limits: MANY });
  const added = settledBy(addChild(tree.root, member('slow', tree.log, { slow: true })));
  crash(tree.actor('a'));
  nextTurn(tree);
  t.is(await added(), 'pending');
  (await listed(tree.root, 1)).send({ type: 'become.ready' });
  t.deepEqual(await added(), { ok: true, actor: tree.actor('slow') });
});

test('restartChild starts a child only when it is down', async (t) => {
  const tree = family({ a: {} }, { limits: MANY });
  t.deepEqual(await restartChild(tree.root, 'a'), refusal('running'));
  t.deepEqual(await restartChild(tree.root, 'unknown'), refusal('not_found'));
  crash(tree.actor('a'));
  t.deepEqual(await restartChild(tree.root, 'a'), refusal('restarting'));
  nextTurn(tree);
  await terminateChild(tree.root, 'a');
  t.deepEqual(await restartChild(tree.root, 'a'), { ok: true, actor: tree.actor('a') });
  t.is(tree.actor('a').getSnapshot().status, 'active');
});

test('a restarting child is no longer listed as restarting after a request to terminate it', async (t) => {
  const tree = family({ a: { slow: true }, b: { hangs: true } }, { limits: MANY });
  (await listed(tree.root)).send({ type: 'become.ready' });
  crash(tree.actor('a'));
  nextTurn(tree);
  t.is((await listChildren(tree.root))[0]?.actor, 'restarting');
  // The supervisor waits for the end of b before it stops a.
  void terminateChild(tree.root, 'b');
  const terminated = terminateChild(tree.root, 'a');
  t.is(typeof (await listChildren(tree.root))[0]?.actor, 'object');
  tree.actor('b').send({ type: 'finish' });
  t.deepEqual(await terminated, { ok: true });
  t.is((await listChildren(tree.root))[0]?.actor, undefined);
});

test('a requested restart neither waits for the back-off nor counts towards the intensity', async (t) => {
  const backoff = { minMs: 1_000, maxMs: 1_000 };
  const tree = family({ a: { backoff } }, { limits: { intensity: 1, periodMs: 1_000_000 } });
  crash(tree.actor('a'));
  await terminateChild(tree.root, 'a');
  for (let times = 0; times < 3; times++) {
    t.true((await restartChild(tree.root, 'a')).ok);
    t.deepEqual(await terminateChild(tree.root, 'a'), { ok: true });
  }
  t.is(tree.ended.status, 'running');
});

test('a child can be deleted only when it is down; afterwards, its id and address are free', async (t) => {
  const tree = family({ a: { address: { stashLimit: 1 } } }, { limits: MANY });
  t.deepEqual(await deleteChild(tree.root, 'unknown'), refusal('not_found'));
  t.deepEqual(await deleteChild(tree.root, 'a'), refusal('running'));
  crash(tree.actor('a'));
  t.deepEqual(await deleteChild(tree.root, 'a'), refusal('restarting'));
  nextTurn(tree);
  await terminateChild(tree.root, 'a');
  t.deepEqual(await deleteChild(tree.root, 'a'), { ok: true });
  t.deepEqual(await listChildren(tree.root), []);
  t.throws(() => addressOf(tree.root.system, nameOf('a')));
  t.deepEqual(await restartChild(tree.root, 'a'), refusal('not_found'));
  t.true((await addChild(tree.root, member('a', tree.log, { address: { stashLimit: 1 } }))).ok);
});

test('a supervisor starts no child while it shuts down', async (t) => {
  const tree = family({ a: { hangs: true }, b: {} });
  await terminateChild(tree.root, 'b');
  const slow = settledBy(addChild(tree.root, member('slow', tree.log, { slow: true })));
  tree.root.send({ type: 'shutdown.requested' });
  t.deepEqual(await slow(), refusal('shutting_down'));
  t.deepEqual(await addChild(tree.root, member('c', tree.log)), refusal('shutting_down'));
  t.deepEqual(await restartChild(tree.root, 'b'), refusal('shutting_down'));
  t.is((await listChildren(tree.root)).length, 3);
  const terminated = settledBy(terminateChild(tree.root, 'a'));
  tree.actor('a').send({ type: 'finish' });
  t.deepEqual(await terminated(), { ok: true });
  t.is(tree.ended.status, 'done');
});

test('startChild starts a child of a dynamic supervisor with the given input', async (t) => {
  const tree = crowd();
  t.deepEqual(await startChild(tree.root, { name: 'a' } as never), { ok: true, actor: tree.named('a') });
  t.deepEqual(await listChildren(tree.root), [
    { id: tree.named('a').id, actor: tree.named('a'), type: 'worker' },
  ]);
});

test('a request is rejected if the supervisor ends before it answers', async (t) => {
  const tree = family({ a: { hangs: true } });
  const answer = terminateChild(tree.root, 'a');
  tree.root.stop();
  t.like(await t.throwsAsync(answer), { code: 'not_running' });
});

test('countOf counts the listed children by type and state', (t) => {
  const { root: actor } = family({});
  t.deepEqual(countOf([]), { specs: 0, active: 0, supervisors: 0, workers: 0 });
  t.deepEqual(
    countOf([
      { id: 'a', actor, type: 'supervisor' },
      { id: 'b', actor: 'restarting', type: 'supervisor' },
      { id: 'c', actor: undefined, type: 'worker' },
      { id: 'd', actor, type: 'worker' },
      { id: 'e', actor: 'restarting', type: 'worker' },
    ]),
    { specs: 5, active: 2, supervisors: 2, workers: 3 },
  );
});

test('a child that is restarted on request may return IGNORE', async (t) => {
  const tree = family({});
  let starts = 0;
  const logic = fromBehaviour<{ type: 'crash' }>(() => {
    starts += 1;
    return starts === 1 ? { receive: () => {} } : IGNORE;
  });
  t.true((await addChild(tree.root, { id: 'a', logic })).ok);
  await terminateChild(tree.root, 'a');
  t.deepEqual(await restartChild(tree.root, 'a'), { ok: true, actor: undefined });
  t.deepEqual(await listChildren(tree.root), [{ id: 'a', actor: undefined, type: 'worker' }]);
});

test('only a dynamic supervisor accepts startChild', async (t) => {
  const tree = family({ a: {} });
  t.deepEqual(await startChild(tree.root, undefined), refusal('not_dynamic'));
  tree.root.send({ type: 'child.start', input: undefined });
  t.is((await countChildren(tree.root)).specs, 1);
});

test('a dynamic supervisor with brutal children answers a pending start when it shuts down', async (t) => {
  const pool = crowd({ shutdown: 'brutal' });
  const start = startChild(pool.root, { name: 'a', slow: true } as never);
  pool.root.send({ type: 'shutdown.requested' });
  t.deepEqual(await start, refusal('shutting_down'));
  t.is(pool.ended.status, 'done');
});

test('a dynamic supervisor answers not_found for invalid actors', async (t) => {
  const pool = crowd();
  pool.start('a');
  for (const actor of [undefined, null, {}, { id: pool.named('a').id }]) {
    t.deepEqual(await terminateChild(pool.root, actor as never), refusal('not_found'));
  }
});

test('a start that a shutdown cancels never counts as failed, however long the shutdown takes', async (t) => {
  const tree = family({ a: { slow: true }, b: { hangs: true, shutdown: 300_000 } });
  (await listed(tree.root)).send({ type: 'become.ready' });
  await terminateChild(tree.root, 'a');
  const start = restartChild(tree.root, 'a');
  tree.root.send({ type: 'shutdown.requested' });
  t.deepEqual(await start, refusal('shutting_down'));
  tree.clock.increment(START_TIMEOUT_MS);
  t.is(tree.ended.status, 'running');
  tree.clock.increment(300_000);
  t.is(tree.ended.status, 'done');
  t.false(tree.emitted.some(({ type }) => type === 'child.start-failed'));
});
