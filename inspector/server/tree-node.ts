/**
 * A place in the tree: whose it is now, how it fares, and how a page is told of it.
 */

import type { AnyActorLogic, AnyActorRef, AnyStateMachine } from 'xstate';
import { chartOf } from '../../actors/chart.js';
import { nowOf } from '../../supervision/behaviour.js';
import { supervisorKind } from '../../supervision/child-spec.js';
import { isOver, stateOf } from './actor-sight.js';
import type { ActorKind, ActorStatus, ActorView, GroupView } from './frame.js';

/** Most members of a group that are shown one by one. */
const MAX_MEMBERS_SHOWN = 10;

/** How long an actor of a group lives before it is shown by itself, in milliseconds. */
const MEMBER_AGE_MS = 500;

/** A place in the tree, and who holds it. */
export interface Place {
  readonly path: string;
  readonly parent: string | undefined;
  readonly name: string;
  readonly kind: ActorKind;
  readonly machine: AnyStateMachine | undefined;
  actor: AnyActorRef | undefined;
  status: ActorStatus;
  starts: number;
  received: number;
  readonly group: Group | undefined;
}

export interface Group {
  live: number;
  started: number;
  crashed: number;
  /** Who lives now, and since when on its system's clock, in milliseconds; empty while nobody looks. */
  readonly members: Map<AnyActorRef, number>;
}

/** A place that nobody holds yet. */
export function newPlace(
  path: string,
  parent: string | undefined,
  name: string,
  logic: AnyActorLogic,
  isGroup: boolean,
): Place {
  const machine = chartOf(logic);
  const group = isGroup ? { live: 0, started: 0, crashed: 0, members: new Map() } : undefined;
  const kind = isGroup ? 'group' : keyOf(logic, machine);
  return {
    path,
    parent,
    name,
    kind,
    machine,
    actor: undefined,
    // A group is there as soon as there is one of it.
    status: isGroup ? 'up' : 'starting',
    starts: 0,
    received: 0,
    group,
  };
}

function keyOf(logic: AnyActorLogic, machine: AnyStateMachine | undefined): ActorKind {
  if (supervisorKind(logic) !== undefined) return 'supervisor';
  return machine === undefined ? 'behaviour' : 'machine';
}

/** A place as a page is told of it. */
export function viewOf(place: Place): ActorView {
  const { path, parent, name, kind, machine, actor, starts, received, group } = place;
  const state = actor && stateOf(actor);
  return {
    path,
    ...(parent !== undefined && { parent }),
    name,
    kind,
    status: statusOf(place),
    ...(machine !== undefined && { machine: machine.id }),
    ...(state !== undefined && { state }),
    restarts: Math.max(0, starts - 1),
    received,
    ...(group !== undefined && { group: groupView(group) }),
  };
}

/** Of a root, and of who is invoked by a machine, nobody says how it ended: its snapshot does. */
function statusOf({ actor, status }: Place): ActorStatus {
  if (status !== 'up' || actor === undefined || !isOver(actor)) return status;
  const ended: Readonly<Record<string, ActorStatus>> = { error: 'crashed', stopped: 'killed' };
  return ended[actor.getSnapshot()?.status] ?? 'done';
}

function groupView({ live, started, crashed, members }: Group): GroupView {
  const states: Record<string, number> = {};
  for (const actor of members.keys()) {
    const state = stateOf(actor) ?? 'up';
    states[state] = (states[state] ?? 0) + 1;
  }
  const counted = { live, started, crashed, states };
  if (members.size > MAX_MEMBERS_SHOWN) return counted;
  const shown = [...members].filter(([actor, sinceMs]) => nowOf(actor) - sinceMs > MEMBER_AGE_MS);
  return { ...counted, members: shown.map(([actor]) => memberView(actor)) };
}

function memberView(actor: AnyActorRef): NonNullable<GroupView['members']>[number] {
  const state = stateOf(actor);
  return { member: actor.id.slice(actor.id.lastIndexOf(':') + 1), ...(state !== undefined && { state }) };
}
