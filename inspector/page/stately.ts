/**
 * The page at `/stately`: Stately's hosted inspector in a frame, fed from the same stream as the main page.
 *
 * It uses the format of `@statelyai/inspect`, but not that package's adapter. The adapter exchanges messages
 * with any origin; this module accepts only Stately's. A group of short-lived actors is shown as one actor,
 * in the state of the member whose state changed last.
 */

import type { StatelyInspectionEvent } from '@statelyai/inspect';
import type { ActorView, Frame, Hello, Message, Transition } from '../server/frame.js';

const STATELY = 'https://stately.ai';

/** The version of the format. */
const FORMAT_VERSION = '0.7.2';

/**
 * The maximum number of events queued until Stately's page is connected. Beyond the limit, the oldest are
 * dropped.
 */
const MAX_QUEUED = 500;

type Definitions = Readonly<Record<string, unknown>>;
/** An event of `@statelyai/inspect`, without the fields that all events share. */
type EventBody = Readonly<Record<string, unknown>> & { readonly type: StatelyInspectionEvent['type'] };

const token = document.body.dataset['token'] ?? '';

const note = document.createElement('p');
note.id = 'note';
note.textContent = `Waiting for ${STATELY}: this view needs the internet. `;
const own = document.createElement('a');
own.href = `/?token=${token}`;
own.textContent = 'The main page does not.';
note.append(own);
const inspector = document.createElement('iframe');
inspector.id = 'stately';
inspector.title = "Stately's inspector";
inspector.src = `${STATELY}/inspect`;
document.body.append(note, inspector);

/** The latest known view of each actor, by path. */
let known = new Map<string, ActorView>();
let definitions: Definitions = {};
let root: string | undefined;
let queue: StatelyInspectionEvent[] = [];
let isConnected = false;

window.addEventListener('message', ({ origin, source, data }) => {
  if (origin !== STATELY || source !== inspector.contentWindow || data?.type !== '@statelyai.connected')
    return;
  isConnected = true;
  note.hidden = true;
  // Stately's page has no actors after a reload, so all actors are sent again.
  const later = queue.filter(({ type }) => type !== '@xstate.actor');
  queue = [];
  for (const actor of known.values()) sendActor(actor);
  for (const event of later) post(event);
});

const stream = new EventSource(`/events?token=${token}`);
stream.addEventListener('hello', ({ data }) => {
  const { program } = JSON.parse(data) as Hello;
  document.title = `${program} · Stately's inspector`;
  known = new Map();
});
// Applying a frame may wait for a machine's definition. The chain keeps the frames in order.
let frames: Promise<void> = Promise.resolve();
stream.addEventListener('frame', ({ data }) => {
  // Applying a frame can fail when the program has just ended. A failure must not block later frames.
  frames = frames.then(() => applyFrame(JSON.parse(data) as Frame)).catch(() => {});
});

async function applyFrame({ actors = [], messages, transitions }: Frame): Promise<void> {
  if (actors.some(({ machine }) => machine !== undefined && !(machine in definitions)))
    await fetchDefinitions();
  root ??= actors[0] && sessionOf(actors[0]);
  for (const actor of actors) {
    const before = known.get(actor.path);
    known.set(actor.path, actor);
    if (before !== undefined && before.restarts !== actor.restarts) sendState({ ...before, status: 'done' });
    if (before?.restarts !== actor.restarts) sendActor(actor);
    else if (before.status !== actor.status) sendState(actor);
  }
  for (const message of messages) sendMessage(message);
  for (const actor of actors) {
    const last = transitions.findLast(({ path }) => path === actor.path);
    if (last !== undefined) sendState(actor, last);
  }
}

async function fetchDefinitions(): Promise<void> {
  const response = await fetch(`/definitions.json?token=${token}`);
  if (response.ok) definitions = (await response.json()) as Definitions;
}

function sendActor(actor: ActorView): void {
  const { machine, name, parent } = actor;
  const above = parent === undefined ? undefined : known.get(parent);
  send({
    type: '@xstate.actor',
    name,
    sessionId: sessionOf(actor),
    parentId: above && sessionOf(above),
    definition: JSON.stringify((machine && definitions[machine]) ?? { id: name }),
    snapshot: snapshotOf(actor),
  });
}

function sendMessage({ from, to, type, fields }: Message): void {
  const [source, target] = [known.get(from ?? ''), known.get(to)];
  if (target === undefined) return;
  send({
    type: '@xstate.event',
    sessionId: sessionOf(target),
    sourceId: source && sessionOf(source),
    event: { ...fields, type },
  });
}

/** @param last The transition that led to the state; absent if the actor started or ended. */
function sendState(actor: ActorView, last?: Transition): void {
  send({
    type: '@xstate.snapshot',
    sessionId: sessionOf(actor),
    snapshot: snapshotOf(actor, last),
    event: { type: last?.event ?? actor.status },
  });
}

/** The session id of an actor. The actor gets a new session id at each restart. */
function sessionOf({ path, restarts }: ActorView): string {
  return restarts === 0 ? path : `${path} (restart ${restarts})`;
}

function snapshotOf({ status, state, machine, group }: ActorView, last?: Transition): object {
  const reached = group && last?.arrow.slice(last.arrow.lastIndexOf('>') + 1).replace(`${machine}.`, '');
  const value = stateValue(state ?? reached);
  const isActive = ['up', 'starting'].includes(status);
  return { status: isActive ? 'active' : status === 'crashed' ? 'error' : 'done', value, context: {} };
}

/** Converts a state's path to XState's value: `busy.chatting` becomes `{ busy: 'chatting' }`. */
function stateValue(path: string | undefined): unknown {
  const [last, ...above] = path?.split('.').reverse() ?? [];
  return above.reduce<unknown>((inner, name) => ({ [name]: inner }), last);
}

/** Sends an event to Stately's page, or queues it until that page is connected. */
function send(body: EventBody): void {
  const more = {
    rootId: root,
    id: crypto.randomUUID(),
    createdAt: String(Date.now()),
    _version: FORMAT_VERSION,
  };
  const event = { ...body, ...more } as unknown as StatelyInspectionEvent;
  if (isConnected) return post(event);
  queue.push(event);
  if (queue.length > MAX_QUEUED) queue.shift();
}

function post(event: StatelyInspectionEvent): void {
  inspector.contentWindow?.postMessage(event, STATELY);
}
