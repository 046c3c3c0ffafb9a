import test from 'ava';
import { addChild, restartChild, terminateChild } from '../../../supervision/administration.js';
import { supervisor } from '../../../supervision/supervisor.js';
import { crash, type Family, family, MANY, member, nextTurn, story, watch } from '../../helpers/actors.js';

/** A supervisor with a child `plain` that is not significant, and two significant children. */
function significantFamily(
  autoShutdown: 'any' | 'all',
  strategy: 'one_for_one' | 'one_for_all' = 'one_for_one',
): Family {
  return family(
    {
      plain: { restart: 'transient' },
      a: { restart: 'transient', significant: true },
      b: { restart: 'temporary', significant: true },
    },
    { autoShutdown, strategy, limits: MANY },
  );
}

test("36 with autoShutdown: 'any', the end of one significant child ends the supervisor", (t) => {
  const tree = significantFamily('any');
  tree.take();
  // The end of a child that is not significant does not count. A crash that is followed by a restart does not
  // count either.
  tree.actor('plain').send({ type: 'finish' });
  crash(tree.actor('a'));
  nextTurn(tree);
  t.is(tree.ended.status, 'running');
  t.deepEqual(tree.take(), ['plain released', 'a released', 'a started']);
  tree.actor('a').send({ type: 'finish' });
  t.deepEqual(tree.take(), ['a released', 'b asked', 'b released']);
  t.is(tree.ended.status, 'done');
  t.true(story(tree).includes('supervisor.shutting-down significant_child_ended'));

  // A temporary child that crashes is not restarted: its crash counts as its end.
  const other = significantFamily('any');
  crash(other.actor('b'));
  t.is(other.ended.status, 'done');
});

test("37 with autoShutdown: 'all', the end of the last significant child ends the supervisor", (t) => {
  const tree = significantFamily('all');
  tree.actor('a').send({ type: 'finish' });
  tree.clock.increment(1_000);
  t.is(tree.ended.status, 'running');
  tree.take();
  crash(tree.actor('b'));
  t.deepEqual(tree.take(), ['b released', 'plain asked', 'plain released']);
  t.is(tree.ended.status, 'done');

  // A restarting child does not count as ended.
  const other = significantFamily('all');
  crash(other.actor('a'));
  other.actor('b').send({ type: 'finish' });
  t.is(other.ended.status, 'running');
  nextTurn(other);
  other.actor('a').send({ type: 'finish' });
  t.is(other.ended.status, 'done');
});

test('37 after an automatic shutdown, a supervisor is restarted only if it is permanent', (t) => {
  for (const restart of ['transient', 'permanent'] as const) {
    const log: string[] = [];
    const inner = supervisor({
      strategy: 'one_for_one',
      autoShutdown: 'all',
      children: [member('a', log, { restart: 'transient', significant: true })],
    });
    const tree = watch(
      supervisor({ strategy: 'one_for_one', children: [{ id: 'inner', logic: inner, restart }] }),
    );
    tree.actor('a').send({ type: 'finish' });
    nextTurn(tree);
    t.deepEqual(log.slice(2), restart === 'permanent' ? ['a started'] : []);
    t.is(tree.ended.status, 'running');
  }
});

for (const autoShutdown of ['any', 'all'] as const) {
  test(`38 stopping a significant child does not end its supervisor: ${autoShutdown}`, async (t) => {
    const tree = family(
      { a: { restart: 'transient', significant: true }, b: { restart: 'transient' } },
      { autoShutdown, limits: MANY },
    );
    t.true((await terminateChild(tree.root, 'a')).ok);
    tree.clock.increment(1_000);
    t.is(tree.ended.status, 'running');
    t.true((await restartChild(tree.root, 'a')).ok);
    tree.actor('a').send({ type: 'finish' });
    t.is(tree.ended.status, 'done');

    const temporary = family({ a: { restart: 'temporary', significant: true } }, { autoShutdown });
    t.true((await terminateChild(temporary.root, 'a')).ok);
    t.is(temporary.ended.status, 'running');

    // A crash of `plain` stops its group, with both significant children. Only `a` is restarted.
    const group = significantFamily(autoShutdown, 'one_for_all');
    group.take();
    crash(group.actor('plain'));
    nextTurn(group);
    t.deepEqual(group.take(), [
      'plain released',
      'b asked',
      'b released',
      'a asked',
      'a released',
      'plain started',
      'a started',
    ]);
    t.is(group.ended.status, 'running');
    group.actor('a').send({ type: 'finish' });
    t.is(group.ended.status, 'done');
  });

  test(`38 a supervisor goes on if a significant child ends while its group stops: ${autoShutdown}`, (t) => {
    const tree = family(
      {
        plain: {},
        a: { restart: 'transient', significant: true },
        hangs: { hangs: true },
      },
      { autoShutdown, strategy: 'one_for_all', limits: MANY },
    );
    tree.take();
    crash(tree.actor('plain'));
    tree.actor('a').send({ type: 'finish' });
    tree.actor('hangs').send({ type: 'finish' });
    nextTurn(tree);
    t.deepEqual(tree.take(), [
      'plain released',
      'hangs asked',
      'a released',
      'hangs released',
      'plain started',
      'a started',
      'hangs started',
    ]);
    t.is(tree.ended.status, 'running');
  });
}

test('39 a child that is both permanent and significant is refused', async (t) => {
  const spec = member('a', [], { restart: 'permanent', significant: true });
  const { restart, ...unsaid } = spec;
  for (const children of [[spec], [unsaid]]) {
    for (const autoShutdown of ['any', 'all', 'never'] as const) {
      t.throws(() => supervisor({ strategy: 'one_for_one', autoShutdown, children }), {
        instanceOf: TypeError,
        message: /^significant:/,
      });
    }
  }
  const tree = family({}, { autoShutdown: 'any' });
  t.like(await addChild(tree.root, spec), { ok: false, code: 'invalid_spec' });
  t.is(restart, 'permanent');
});

test('39 a significant child of a supervisor without auto shutdown is refused', (t) => {
  const children = [member('a', [], { restart: 'transient', significant: true })];
  t.throws(() => supervisor({ strategy: 'one_for_one', children }), {
    instanceOf: TypeError,
    message: /^significant:/,
  });
});
