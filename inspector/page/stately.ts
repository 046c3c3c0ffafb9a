/**
 * The page at `/stately`: Stately's hosted inspector in a frame, fed with the same stream as our own page.
 *
 * It speaks the format of `@statelyai/inspect`, but not through that package's adapter: that one posts to
 * whatever page is in the frame, and listens to any; here it is Stately's, or nobody. A group of short-lived
 * actors is shown as one, in the state of whoever moved last.
 */

import type { StatelyInspectionEvent } from '@statelyai/inspect';
import type { ActorView, Frame, Hello, Message, Transition } from '../server/frame.js';

const STATELY = 'https://stately.ai';

/** The version of the format. */
const FORMAT_VERSION = '0.7.2';

/** Most events that wait until Stately's page is there; older ones give way. */
const MAX_WAITING = 500;

type Definitions = Readonly<Record<string, unknown>>;
/** The events of `@statelyai/inspect`, without what each of them has. */
type Body = Readonly<Record<string, unknown>> & { readonly type: StatelyInspectionEvent['type'] };

const token = document.body.dataset['token'] ?? '';

const note = document.createElement('p');
note.id = 'note';
note.textContent = `Waiting for ${STATELY}: this view needs the internet. `;
const own = document.createElement('a');
own.href = `/?token=${token}`;
own.textContent = 'The other one does not.';
note.append(own);
const inspector = document.createElement('iframe');
inspector.id = 'stately';
inspector.title = "Stately's inspector";
inspector.src = `${STATELY}/inspect`;
document.body.append(note, inspector);

/** The actors as they were told last, by path. */
let known = new Map<string, ActorView>();
let definitions: Definitions = {};
let root: string | undefined;
let waiting: StatelyInspectionEvent[] = [];
let isConnected = false;

window.addEventListener('message', ({ origin, source, data }) => {
  if (origin !== STATELY || source !== inspector.contentWindow || data?.type !== '@statelyai.connected')
    return;
  isConnected = true;
  note.hidden = true;
  // A page that was loaded again knows nothing.
  const later = waiting.filter(({ type }) => type !== '@xstate.actor');
  waiting = [];
  for (const actor of known.values()) tellActor(actor);
  for (const event of later) post(event);
});

const stream = new EventSource(`/events?token=${token}`);
stream.addEventListener('hello', ({ data }) => {
  const { program } = JSON.parse(data) as Hello;
  document.title = `${program} · Stately's inspector`;
  known = new Map();
});
// One after the other: a definition may have to be fetched for a frame.
let frames: Promise<void> = Promise.resolve();
stream.addEventListener('frame', ({ data }) => {
  // One that cannot be told, for the program has just ended, must not keep back all that follow.
  frames = frames.then(() => take(JSON.parse(data) as Frame)).catch(() => {});
});

async function take({ actors = [], messages, transitions }: Frame): Promise<void> {
  if (actors.some(({ machine }) => machine !== undefined && !(machine in definitions)))
    await fetchDefinitions();
  root ??= actors[0] && sessionOf(actors[0]);
  for (const actor of actors) {
    const before = known.get(actor.path);
    known.set(actor.path, actor);
    if (before !== undefined && before.restarts !== actor.restarts) tellState({ ...before, status: 'done' });
    if (before?.restarts !== actor.restarts) tellActor(actor);
    else if (before.status !== actor.status) tellState(actor);
  }
  for (const message of messages) tellMessage(message);
  for (const actor of actors) {
    const last = transitions.findLast(({ path }) => path === actor.path);
    if (last !== undefined) tellState(actor, last);
  }
}

async function fetchDefinitions(): Promise<void> {
  const response = await fetch(`/definitions.json?token=${token}`);
  if (response.ok) definitions = (await response.json()) as Definitions;
}

function tellActor(actor: ActorView): void {
  const { machine, name, parent } = actor;
  const above = parent === undefined ? undefined : known.get(parent);
  tell({
    type: '@xstate.actor',
    name,
    sessionId: sessionOf(actor),
    parentId: above && sessionOf(above),
    definition: JSON.stringify((machine && definitions[machine]) ?? { id: name }),
    snapshot: snapshotOf(actor),
  });
}

function tellMessage({ from, to, type, fields }: Message): void {
  const [source, target] = [known.get(from ?? ''), known.get(to)];
  if (target === undefined) return;
  tell({
    type: '@xstate.event',
    sessionId: sessionOf(target),
    sourceId: source && sessionOf(source),
    event: { ...fields, type },
  });
}

/** @param last The transition that led there; without it, the actor itself came or went. */
function tellState(actor: ActorView, last?: Transition): void {
  tell({
    type: '@xstate.snapshot',
    sessionId: sessionOf(actor),
    snapshot: snapshotOf(actor, last),
    event: { type: last?.event ?? actor.status },
  });
}

/** A restarted actor is another one. */
function sessionOf({ path, restarts }: ActorView): string {
  return restarts === 0 ? path : `${path} (restart ${restarts})`;
}

function snapshotOf({ status, state, machine, group }: ActorView, last?: Transition): object {
  const reached = group && last?.arrow.slice(last.arrow.lastIndexOf('>') + 1).replace(`${machine}.`, '');
  const value = stateValue(state ?? reached);
  const isActive = ['up', 'starting'].includes(status);
  return { status: isActive ? 'active' : status === 'crashed' ? 'error' : 'done', value, context: {} };
}

/** A state's path as XState has it: `busy.chatting` is `{ busy: 'chatting' }`. */
function stateValue(path: string | undefined): unknown {
  const [last, ...above] = path?.split('.').reverse() ?? [];
  return above.reduce<unknown>((inner, name) => ({ [name]: inner }), last);
}

function tell(body: Body): void {
  const more = {
    rootId: root,
    id: crypto.randomUUID(),
    createdAt: String(Date.now()),
    _version: FORMAT_VERSION,
  };
  const event = { ...body, ...more } as unknown as StatelyInspectionEvent;
  if (isConnected) return post(event);
  waiting.push(event);
  if (waiting.length > MAX_WAITING) waiting.shift();
}

function post(event: StatelyInspectionEvent): void {
  inspector.contentWindow?.postMessage(event, STATELY);
}
