/**
 * The panel of the selected actor: its chart and its last transitions, or its last messages if it has no
 * chart.
 */

import type { ActorView, GroupView, Message } from '../server/frame.js';
import { Chart } from './chart.js';
import { messagesOf } from './exchange.js';
import { KindIcon, kindTitle, StatusIcon } from './icons.js';
import type { Model, Numbered, Step } from './model.js';
import { hashOf, type Selection } from './selection.js';
import { arrowText, clock, count, fieldTexts, nameIn, preciseClock, shortArrowText, words } from './text.js';

/** The maximum number of transitions listed, or of messages listed for an actor without a chart. */
const MAX_LISTED_STEPS = 10;
const MAX_LISTED_MESSAGES = 30;

const NO_STEPS: readonly Step[] = [];

export interface ActorProps {
  readonly model: Model;
  readonly selection: Selection | undefined;
  readonly token: string;
}

export function Actor({ model, selection, token }: ActorProps) {
  const actor = model.actors.find(({ path }) => path === selection?.path);
  if (selection === undefined || actor === undefined) {
    const isEmpty = selection === undefined || model.actors.length === 0;
    return (
      <section id="chart" class="panel">
        <p class="nothing">{isEmpty ? 'No actors yet.' : `There is no actor ${selection.path}.`}</p>
      </section>
    );
  }
  const { machine, group } = actor;
  const member = group?.members?.find(({ member }) => member === selection.member);
  const state = selection.member === undefined ? actor.state : member?.state;
  const all = model.steps.get(actor.path) ?? NO_STEPS;
  const steps = selection.member === undefined ? all : all.filter((step) => step.member === selection.member);
  const counts =
    machine !== undefined && selection.member === undefined ? countsIn(machine, group) : undefined;
  return (
    <section id="chart" class="panel" data-machine={machine}>
      <Title
        actor={actor}
        selection={selection}
        state={state}
        isGone={selection.member !== undefined && group?.members !== undefined && !member}
      />
      <Facts actor={actor} />
      {machine === undefined ? (
        <Messages messages={messagesOf(model.messages, selection)} path={actor.path} />
      ) : (
        <div class="body">
          <Chart
            machine={machine}
            token={token}
            states={counts === undefined ? statesOf(machine, state) : [...counts.keys()]}
            counts={counts}
            steps={steps}
            now={model.at}
          />
          <Steps steps={steps} />
        </div>
      )}
    </section>
  );
}

interface TitleProps {
  readonly actor: ActorView;
  readonly selection: Selection;
  readonly state: string | undefined;
  /** True for a group member that has ended. */
  readonly isGone: boolean;
}

function Title({ actor, selection, state, isGone }: TitleProps) {
  const { path, kind } = actor;
  return (
    <div class="title">
      <KindIcon kind={kind} />
      <h2>
        <span class="above">{path.slice(0, path.lastIndexOf('/') + 1)}</span>
        <a href={hashOf(selection)} title="a link to this actor">
          {nameIn(path)}
          {selection.member !== undefined && <span class="member"> {selection.member}</span>}
        </a>
      </h2>
      {state !== undefined && <span class="state-chip">{state}</span>}
      {isGone && <span class="status-word">has ended</span>}
    </div>
  );
}

function Facts({
  actor: { kind, status, restarts, received, machine, group },
}: {
  readonly actor: ActorView;
}) {
  return (
    <p class="facts">
      {group === undefined && (
        <>
          <StatusIcon status={status} /> {words(status)} ·{' '}
        </>
      )}
      {machine === undefined ? kindTitle(kind) : `chart ${machine}`}
      {restarts > 0 && ` · restarted ${count(restarts)}×`} · {count(received)} received
    </p>
  );
}

function Steps({ steps }: { readonly steps: readonly Step[] }) {
  const latest = steps.slice(-MAX_LISTED_STEPS).reverse();
  const last = latest[0];
  return (
    <div class="steps">
      <p class="last">
        {last === undefined ? (
          <span class="nothing">No transition since this page was opened.</span>
        ) : (
          <>
            last transition <b class="event">{last.event}</b> {arrowText(last.arrow)}
          </>
        )}
      </p>
      <ol id="transitions">
        {latest.map(({ serial, at, event, arrow, count: times, member }) => (
          <li key={serial} data-event={event} title={[arrowText(arrow), member].join('\n')}>
            <time>{clock(at)}</time>
            <b class="event">{event}</b>
            <span class="arrow">{shortArrowText(arrow)}</span>
            {times > 1 && <span class="times">× {count(times)}</span>}
          </li>
        ))}
      </ol>
    </div>
  );
}

function Messages({
  messages,
  path,
}: {
  readonly messages: readonly Numbered<Message>[];
  readonly path: string;
}) {
  const latest = messages.slice(-MAX_LISTED_MESSAGES).reverse();
  return (
    <div class="exchange">
      <p class="last">This actor runs no statechart. Its last messages:</p>
      <ol>
        {latest.map(({ serial, at, type, from, to, fields }) => {
          const isIncoming = to === path;
          return (
            <li key={serial}>
              <time>{preciseClock(at)}</time>
              <span class="direction" title={isIncoming ? 'received' : 'sent'}>
                {isIncoming ? '←' : '→'}
              </span>
              <span class="other">{isIncoming ? nameIn(from ?? 'outside') : nameIn(to)}</span>
              <b class="event">{type}</b>
              <span class="fields">
                {fieldTexts(fields)
                  .map(([name, value]) => `${name}: ${value}`)
                  .join(', ')}
              </span>
            </li>
          );
        })}
      </ol>
      {latest.length === 0 && <p class="nothing">None yet.</p>}
    </div>
  );
}

/** The ids of the states that `state` names: several if the chart has parallel states. */
function statesOf(machine: string, state: string | undefined): readonly string[] {
  return state === undefined ? [] : state.split(' ').map((path) => `${machine}.${path}`);
}

/** Number of group members in each state of the chart; `undefined` for an actor that is not a group. */
function countsIn(machine: string, group: GroupView | undefined): ReadonlyMap<string, number> | undefined {
  if (group === undefined) return undefined;
  const counts = new Map<string, number>();
  for (const [state, number] of Object.entries(group.states))
    for (const id of statesOf(machine, state)) counts.set(id, (counts.get(id) ?? 0) + number);
  return counts;
}
