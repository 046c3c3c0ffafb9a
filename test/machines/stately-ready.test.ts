/**
 * Stately's tools and the drawings in docs/machines show names and descriptions, but no inline functions.
 * Therefore the configuration of a chart must not contain inline functions.
 */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { CHARTS } from '../helpers/charts.js';

type Config = Readonly<Record<string, unknown>>;

/** Properties that may be functions, if the function has a name that differs from that of the property. */
const FUNCTION_PROPERTIES = ['context', 'input'];

for (const { machine } of CHARTS) {
  const { config, implementations } = machine;

  test(`${machine.id} has no inline function in its chart`, (t) => {
    t.deepEqual([...functionsIn(config, '')], []);
  });

  test(`${machine.id} has a description for each state`, (t) => {
    const silent = statesOf(config, machine.id).filter(([, { description }]) => !description);
    t.deepEqual(
      silent.map(([path]) => path),
      [],
    );
  });

  test(`${machine.id} implements everything that its chart names`, (t) => {
    const missing = statesOf(config, machine.id).flatMap(([path, state]) =>
      namesIn(state)
        .filter(([kind, name]) => !(name in implementations[kind]))
        .map(([kind, name]) => `${path}: ${name} is not one of its ${kind}`),
    );
    t.deepEqual(missing, []);
  });
}

test('the checks find an inline function, an unknown name and a state without a description', (t) => {
  const inline = {
    entry: () => {},
    context: () => ({}),
    on: { go: [{ guard: () => true }] },
    invoke: { input: inlineInput },
  };
  t.deepEqual([...functionsIn(inline, '')], ['.entry', '.context', '.on.go.0.guard']);
  const state = {
    entry: 'one',
    on: { go: { guard: { type: 'two' }, actions: ['three'] } },
    after: { four: 'x' },
    invoke: { src: 'six' },
  };
  t.deepEqual(namesIn(state), [
    ['actions', 'one'],
    ['actions', 'three'],
    ['guards', 'two'],
    ['delays', 'four'],
    ['actors', 'six'],
  ]);
  t.deepEqual(
    statesOf({ states: { outer: { states: { inner: {} } } } }, 'root').map(([path]) => path),
    ['root', 'root.outer', 'root.outer.inner'],
  );
});

function inlineInput(): void {}

/** The paths of inline functions in a configuration. */
function* functionsIn(value: unknown, path: string): Generator<string> {
  const property = path.slice(path.lastIndexOf('.') + 1);
  if (typeof value === 'function' && !(FUNCTION_PROPERTIES.includes(property) && value.name !== property))
    yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) yield* functionsIn(inner, `${path}.${key}`);
}

function statesOf(config: Config, path: string): (readonly [string, Config])[] {
  const inner = Object.entries((config['states'] ?? {}) as Record<string, Config>);
  return [[path, config], ...inner.flatMap(([name, state]) => statesOf(state, `${path}.${name}`))];
}

/** The names of the actions, guards, delays and actors of a state, without those of its inner states. */
function namesIn(state: Config): (readonly ['actions' | 'guards' | 'actors' | 'delays', string])[] {
  const invoked = listOf(state['invoke']) as Config[];
  const transitions = [state, ...invoked]
    .flatMap(({ on, after, always, onDone, onError, onSnapshot }) => [
      ...Object.values(on ?? {}),
      ...Object.values(after ?? {}),
      always,
      onDone,
      onError,
      onSnapshot,
    ])
    .flatMap(listOf) as (string | Config)[];
  const actions = [
    state['entry'],
    state['exit'],
    ...transitions.map((transition) => propertyOf(transition, 'actions')),
  ];
  return [
    ...actions.flatMap(listOf).map((action) => ['actions', nameOf(action)] as const),
    ...transitions
      .flatMap((transition) => listOf(propertyOf(transition, 'guard')))
      .map((guard) => ['guards', nameOf(guard)] as const),
    ...Object.keys(state['after'] ?? {}).map((delay) => ['delays', delay] as const),
    ...invoked.map(({ src }) => ['actors', String(src)] as const),
  ];
}

function listOf(value: unknown): unknown[] {
  return value === undefined ? [] : [value].flat();
}

function propertyOf(transition: string | Config, name: string): unknown {
  return typeof transition === 'string' ? undefined : transition[name];
}

function nameOf(named: unknown): string {
  return typeof named === 'object' && named !== null
    ? String((named as { readonly type?: unknown }).type)
    : String(named);
}

test('each file with a part of a chart has at most 300 lines', async (t) => {
  const files = (await readdir('machines', { recursive: true })).filter((file) => file.endsWith('.ts'));
  const sources = await Promise.all(files.map((file) => readFile(join('machines', file), 'utf8')));
  const charts = sources.map((source, index) => [files[index], source] as const);
  const long = charts.filter(
    ([, source]) => /\.create(Machine|StateConfig)\(/.test(source) && source.split('\n').length - 1 > 300,
  );
  t.deepEqual(
    long.map(([file]) => file),
    [],
  );
});
