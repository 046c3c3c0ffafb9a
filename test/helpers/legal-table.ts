/**
 * Tables of a chart's legal events by state, and a notation for the chart's steps.
 *
 * A row contains the next state, then every effect in order, then every changed value of the context:
 *
 *     ['ringing', 'owner <- call.offered 1 bob', 'start patience of ringing, 60000 ms', 'calls = 1']
 *
 * The notation lists the values of an event, an effect or a context in their order. It omits undefined and
 * false values, functions, and timestamps. It shows a true value as its key, and an actor as its id.
 */

import { isDeepStrictEqual } from 'node:util';
import {
  type AnyEventObject,
  type AnyMachineSnapshot,
  type AnyStateNode,
  type AnyTransitionDefinition,
  initialTransition,
  transition,
} from 'xstate';
import { DEMOS, type Demo } from '../../examples/machines/demos.js';

/** The next state, or `stays`; then effects and context changes. `{key}` is the event's value of that key. */
export type Row = readonly [next: string, ...effects: readonly string[]];

/** Rows by the names of sample events. A row `type *` applies to each sample of that type without a row. */
export type Rows = Readonly<Record<string, Row>>;

/** A state, and the sample events after which a chart is in this state. */
interface Situation {
  /** What differs from the table's input. */
  readonly given?: object;
  /** The first state and the effects of the start, if `given` changes them. */
  readonly start?: Row;
  readonly after: readonly string[];
  readonly legal: Rows;
}

export interface LegalTable {
  /** The id of a chart that has a demo. The demo provides the input and the samples. */
  readonly chart: string;
  /** What differs from the demo's input. */
  readonly given?: object;
  /**
   * Sample events by their names. A name is the event's type and a distinguishing word. The value has only
   * the fields that differ from the demo's first event of that type. For a type that is not here, the sample
   * is the demo's first event of that type, and its name is the type.
   */
  readonly samples?: Readonly<Record<string, object>>;
  /** Events that neighbours send, although the chart ignores these events in every state. */
  readonly ignored?: readonly AnyEventObject[];
  /** The first state, and the effects of the start. */
  readonly start: Row;
  /** The events that are legal in each state that is not final. A row of a situation takes precedence. */
  readonly everywhere?: Rows;
  /** Situations by state. Text after a colon distinguishes several situations of one state. */
  readonly states: Readonly<Record<string, Situation>>;
}

/** Numbers of at least this size are timestamps, in ms since 1970. No other number of a demo is so large. */
const FIRST_MOMENT_MS = 1e12;

export function demoOf({ chart }: LegalTable): Demo {
  const demo = DEMOS.find(({ machine }) => machine.id === chart);
  if (demo === undefined) throw new Error(`${chart} has no demo`);
  return demo;
}

/** All samples of a table, by their names. */
export function samplesOf(table: LegalTable): ReadonlyMap<string, AnyEventObject> {
  const { events } = demoOf(table);
  const named = Object.entries(table.samples ?? {}).map(([name, changes]): [string, AnyEventObject] => {
    const type = typeOf(name);
    return [name, { ...events.find((event) => event.type === type), ...changes, type }];
  });
  const others = events.filter(({ type }) => !named.some(([, event]) => event.type === type)).reverse();
  return new Map<string, AnyEventObject>([
    ...others.map((event) => [event.type, event] as const),
    ...named,
    ...(table.ignored ?? []).map((event) => [event.type, event] as const),
  ]);
}

/** The event type in the name of a sample or a row. */
function typeOf(name: string): string {
  return name.split(' ', 1)[0] as string;
}

/** The row for a sample; `undefined` if the sample is not legal. */
export function rowOf(sample: string, rows: Rows): Row | undefined {
  return rows[sample] ?? rows[`${typeOf(sample)} *`];
}

/** The row that a table expects for a sample in a situation: only `stays` if the sample is not legal. */
export function expectedRow(
  table: LegalTable,
  { legal }: Situation,
  sample: string,
  event: AnyEventObject,
): Row {
  const row = rowOf(sample, legal) ?? rowOf(sample, table.everywhere ?? {}) ?? ['stays'];
  const fill = (text: string) =>
    text.replace(/\{(\w+)\}/g, (_, key: string) => wordsOf(event[key]).join(' '));
  return row.map(fill) as unknown as Row;
}

/** The input of a situation. */
export function inputOf(table: LegalTable, situation?: Situation): object {
  return { ...(demoOf(table).input as object | undefined), ...table.given, ...situation?.given };
}

/** The first state and the effects of the start. */
export function startedRow(table: LegalTable, situation?: Situation): Row {
  const [snapshot, effects] = initialTransition(demoOf(table).machine, inputOf(table, situation));
  return [stateOf(snapshot.value), ...effects.map(effectOf)];
}

/** Creates the snapshot to which a situation's samples lead. */
export function reached(table: LegalTable, situation: Situation): AnyMachineSnapshot {
  const { machine } = demoOf(table);
  const samples = samplesOf(table);
  let [snapshot] = initialTransition(machine, inputOf(table, situation));
  for (const name of situation.after) {
    const event = samples.get(name);
    if (event === undefined) throw new Error(`${table.chart} has no sample ${name}`);
    [snapshot] = transition(machine, snapshot, event);
  }
  return snapshot;
}

/**
 * Sends an event to a chart in the state `snapshot`, and returns the row that describes this step.
 *
 * @param before An equal snapshot, with which the result is compared.
 */
export function observedRow(
  table: LegalTable,
  before: AnyMachineSnapshot,
  snapshot: AnyMachineSnapshot,
  event: AnyEventObject,
): Row {
  const [after, effects] = transition(demoOf(table).machine, snapshot, event);
  const next = isDeepStrictEqual(after.value, before.value) ? 'stays' : stateOf(after.value);
  return [next, ...effects.map(effectOf), ...changesOf(before.context, after.context)];
}

/** True if an event reports the end of a child, and the machine has no such child. */
export function isOfNoChild(event: AnyEventObject, { children }: AnyMachineSnapshot): boolean {
  return /^xstate\.(done|error)\.actor\./.test(event.type) && !(event['actorId'] in children);
}

/** Formats a state's value: levels joined by dots, parallel regions by commas. */
export function stateOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, inner]) => `${name}.${stateOf(inner)}`)
    .join(', ');
}

/** The state at the start of a situation's title. */
export function stateIn(title: string): string {
  return title.split(':', 1)[0] as string;
}

/** The states in which a chart can stay: the leaf states without an unconditional eventless transition. */
export function restingStates(node: AnyStateNode): readonly string[] {
  const inner = Object.values(node.states) as AnyStateNode[];
  if (inner.length > 0) return inner.flatMap(restingStates);
  const isTransient = node.always?.some(({ guard }) => guard === undefined) ?? false;
  return isTransient ? [] : [node.path.join('.')];
}

/** All transitions of a chart that events can cause. */
export function transitionsOf(node: AnyStateNode): readonly AnyTransitionDefinition[] {
  return [...node.transitions.values(), ...Object.values(node.states).map(transitionsOf)].flat();
}

/** An effect as `transition` returns it. */
interface Effect {
  readonly type: string;
  readonly params?: unknown;
}

interface EffectParams {
  readonly to: { readonly id: string };
  readonly event: AnyEventObject;
  readonly id: string;
  readonly src: string;
  readonly input: unknown;
  readonly delay: number;
  readonly sendId: string;
}

function effectOf({ type, params }: Effect): string {
  const { to, event, id, src, input, delay, sendId } = (params ?? {}) as EffectParams;
  switch (type) {
    case 'xstate.sendTo':
      return [to.id, '<-', ...wordsOf(event)].join(' ');
    case 'xstate.emit':
      return ['emit', ...wordsOf(event)].join(' ');
    case 'xstate.spawnChild':
      return ['invoke', src, ...wordsOf(input)].join(' ');
    case 'xstate.stopChild':
      return 'stop the invoked actor';
    case 'xstate.raise':
      return `start ${timerOf(id)}, ${delay} ms`;
    case 'xstate.cancel':
      return `cancel ${timerOf(sendId)}`;
    default:
      return [type, ...wordsOf(params)].join(' ');
  }
}

/** The name of a delay and its state, or the name of a timer that the chart starts itself. */
function timerOf(id: string): string {
  if (!id.startsWith('xstate.after.')) return id;
  const [delay, , ...state] = id.replace('xstate.after.', '').split('.');
  return `${delay} of ${state.join('.')}`;
}

type Context = Readonly<Record<string, unknown>>;

/** The context values that changed, by deep comparison. */
function changesOf(before: Context, after: Context): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => !isDeepStrictEqual(before[key], after[key]))
    .map((key) => {
      const value = after[key];
      return `${key} = ${typeof value === 'boolean' ? value : wordsOf(value).join(' ') || 'none'}`;
    });
}

function wordsOf(value: unknown, key = ''): string[] {
  if (value === undefined || value === null || value === false || typeof value === 'function') return [];
  if (value === true) return [key];
  if (value === '') return ["''"];
  if (key === 'uptimeMs' || (typeof value === 'number' && value >= FIRST_MOMENT_MS)) return [];
  if (typeof value !== 'object') return [String(value)];
  if (value instanceof Error) return [value.message];
  if ('sessionId' in value && 'id' in value) return [String(value.id)];
  if (value instanceof Map) return [...value].flat().flatMap((inner) => wordsOf(inner));
  return Object.entries(value).flatMap(([name, inner]) => wordsOf(inner, name));
}
