/**
 * A node of the supervision tree: its current actor, its status, and its view for the page.
 */

import type { AnyActorLogic, AnyActorRef, AnyStateMachine } from 'xstate';
import { chartOf } from '../../actors/chart.js';
import { nowOf } from '../../supervision/behaviour.js';
import { supervisorKind } from '../../supervision/child-spec.js';
import { isOver, stateOf } from './actor-sight.js';
import type { ActorKind, ActorStatus, ActorView, GroupView } from './frame.js';

/** The maximum number of members of a group that are shown one by one. */
const MAX_MEMBERS_SHOWN = 10;

/** How long a member of a group must have run before it gets a row of its own, in milliseconds. */
const MEMBER_AGE_MS = 500;

/** A node of the tree and its current actor, if there is one. */
export interface TreeNode {
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
  /**
   * The running members and the times of their starts, by their system's clock, in milliseconds. Empty while
   * no browser is connected.
   */
  readonly members: Map<AnyActorRef, number>;
}

/** Creates a node that has no actor yet. */
export function newTreeNode(
  path: string,
  parent: string | undefined,
  name: string,
  logic: AnyActorLogic,
  isGroup: boolean,
): TreeNode {
  const machine = chartOf(logic);
  const group = isGroup ? { live: 0, started: 0, crashed: 0, members: new Map() } : undefined;
  const kind = isGroup ? 'group' : kindOf(logic, machine);
  return {
    path,
    parent,
    name,
    kind,
    machine,
    actor: undefined,
    // A group is up from its first member on.
    status: isGroup ? 'up' : 'starting',
    starts: 0,
    received: 0,
    group,
  };
}

function kindOf(logic: AnyActorLogic, machine: AnyStateMachine | undefined): ActorKind {
  if (supervisorKind(logic) !== undefined) return 'supervisor';
  return machine === undefined ? 'behaviour' : 'machine';
}

/** The page's view of a node. */
export function viewOf(node: TreeNode): ActorView {
  const { path, parent, name, kind, machine, actor, starts, received, group } = node;
  const state = actor && stateOf(actor);
  return {
    path,
    ...(parent !== undefined && { parent }),
    name,
    kind,
    status: statusOf(node),
    ...(machine !== undefined && { machine: machine.id }),
    ...(state !== undefined && { state }),
    restarts: Math.max(0, starts - 1),
    received,
    ...(group !== undefined && { group: groupView(group) }),
  };
}

/**
 * The status of a node. No lifecycle event reports the end of a root or of an actor that a machine invoked,
 * so their status is read from their snapshots.
 */
function statusOf({ actor, status }: TreeNode): ActorStatus {
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
