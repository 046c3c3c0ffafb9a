/**
 * The index of all actors in a tree: each actor's node with its status and its number of restarts.
 *
 * It is kept up to date even while no page is open, so a page that is opened later shows earlier events too.
 * The children of dynamic supervisors are tracked one by one only between {@link ActorIndex.watchMembers} and
 * {@link ActorIndex.unwatchMembers}. At other times they are only counted.
 */

import type { AnyActorRef } from 'xstate';
import { isReady } from '../../supervision/actor-state.js';
import { listChildren } from '../../supervision/administration.js';
import { nowOf } from '../../supervision/behaviour.js';
import { supervisorKind } from '../../supervision/child-spec.js';
import type { EndReason, LifecycleEvent } from '../../supervision/lifecycle.js';
import { isMailbox } from '../../supervision/mailbox.js';
import { logicOf, parentOf, systemIdOf } from '../../supervision/xstate-internals.js';
import { isOver } from './actor-sight.js';
import type { ActorStatus, ActorView, LifecycleEntry } from './frame.js';
import { newTreeNode, type TreeNode, viewOf } from './tree-node.js';

/** The maximum number of nodes in the index. A group is one node. */
const MAX_TREE_NODES = 1_000;

type ChildRestarting = Extract<LifecycleEvent, { type: 'child.restarting' }>;

/** What an actor reference stands for. */
export interface Identity {
  readonly node: TreeNode;
  /** The part of the id that identifies a member of a group. */
  readonly member: string | undefined;
}

export class ActorIndex {
  readonly #program: string;
  readonly #nodes = new Map<string, TreeNode>();
  /** `null` for actors without a node. The map is weak, so that ended actors can be collected. */
  readonly #identities = new WeakMap<AnyActorRef, Identity | null>();
  #isWatched = false;
  /** The first root seen. Actors under other roots, such as the inspector's own, are ignored. */
  #root: AnyActorRef | undefined;

  /** @param program The name of the root. */
  constructor(program: string) {
    this.#program = program;
  }

  /** Applies a lifecycle event. @returns The entry for the lifecycle log; `undefined` if there is none. */
  record(event: LifecycleEvent): Omit<LifecycleEntry, 'error'> | undefined {
    const at = Date.now();
    switch (event.type) {
      case 'child.started': {
        const identity = this.identify(event.actor);
        if (identity === undefined) return undefined;
        this.#recordStart(identity, event.actor);
        return { at, ...pathAndMember(identity), what: 'started' };
      }
      case 'child.ended': {
        const identity = this.identify(event.actor);
        if (identity === undefined) return undefined;
        this.#recordEnd(identity, event.actor, event.reason);
        return { at, ...pathAndMember(identity), what: 'ended', why: event.reason.kind };
      }
      case 'child.start-failed':
        return { at, path: this.#setStatus('failed', event), what: 'failed to start' };
      case 'supervisor.gave-up':
        return { at, path: this.#setStatus('failed', event), what: 'gave up' };
      case 'child.restarting': {
        const why = `restart ${event.attempt} after ${Math.round(event.delayMs)} ms`;
        return { at, path: this.#setStatus('restarting', event), what: 'restarting', why };
      }
      case 'supervisor.shutting-down':
        return { at, path: this.#pathOf(event.supervisor), what: 'shutting down', why: event.reason };
      case 'message.refused': {
        const { address, reason, message, count } = event;
        const path = (address === undefined ? undefined : this.#nodeNamed(address)?.path) ?? this.#program;
        const what = 'messages refused';
        return { at, path, what, why: `${reason}: ${count > 1 ? `${count}, last ` : ''}${message}` };
      }
      case 'observer.failed':
        return { at, path: this.#pathOf(event.actor), what: 'observer failed', why: event.observer };
      case 'child.ignored':
        return undefined;
    }
  }

  /**
   * Finds or creates the node of an actor. For a mailbox, finds the node of the actor that the mailbox
   * delivers to.
   *
   * @returns `undefined` for an actor under another root or beyond {@link MAX_TREE_NODES}, and for a mailbox
   * whose owner has not started yet.
   */
  identify(actor: AnyActorRef): Identity | undefined {
    const known = this.#identities.get(actor);
    if (known !== undefined) return known ?? undefined;
    if (isMailbox(actor)) return this.#identifyMailbox(actor);
    const identity = this.#locate(actor);
    this.#identities.set(actor, identity ?? null);
    return identity;
  }

  /** Counts a message to an actor. */
  countMessage({ node }: Identity): void {
    node.received += 1;
  }

  /**
   * Starts to track the members of groups one by one.
   *
   * @param onFound Called with each member that is already running.
   */
  watchMembers(onFound: (actor: AnyActorRef) => void): void {
    this.#isWatched = true;
    for (const node of [...this.#nodes.values()]) {
      const { actor } = node;
      if (actor === undefined || supervisorKind(logicOf(actor)) !== 'dynamic') continue;
      listChildren(actor).then(
        (children) => {
          for (const { actor: member } of children)
            if (typeof member === 'object' && this.#addMember(member)) onFound(member);
        },
        () => {}, // The supervisor and its children have ended meanwhile.
      );
    }
  }

  /** Stops tracking members and forgets them. */
  unwatchMembers(): void {
    this.#isWatched = false;
    for (const { group } of this.#nodes.values()) group?.members.clear();
  }

  /** The current state of all actors, parents before their children. */
  view(): ActorView[] {
    return [...this.#nodes.values()].map(viewOf);
  }

  /** The definitions of all machines seen so far, by their ids. */
  definitions(): Record<string, unknown> {
    const machines = [...this.#nodes.values()].flatMap(({ machine }) => machine ?? []);
    return Object.fromEntries(machines.map(({ id, config }) => [id, config]));
  }

  #recordStart({ node }: Identity, actor: AnyActorRef): void {
    if (node.group === undefined) {
      node.actor = actor;
      node.status = 'up';
      node.starts += 1;
      return;
    }
    node.group.live += 1;
    node.group.started += 1;
    if (this.#isWatched) node.group.members.set(actor, nowOf(actor));
  }

  #recordEnd({ node }: Identity, actor: AnyActorRef, reason: EndReason): void {
    const { group } = node;
    if (group !== undefined) {
      group.live -= 1;
      if (reason.kind === 'crashed') group.crashed += 1;
      group.members.delete(actor);
      return;
    }
    if (node.actor !== actor) return;
    node.actor = undefined;
    node.status = reason.kind;
    // Actors below this node that were still running were stopped together with its actor. No lifecycle event
    // reports their ends.
    for (const below of this.#nodes.values()) {
      if (!below.path.startsWith(`${node.path}/`)) continue;
      if (below.actor !== undefined) below.status = 'killed';
      below.actor = undefined;
      if (below.group !== undefined) below.group.live = 0;
      below.group?.members.clear();
    }
  }

  /** Adds a member that was already running. @returns False if the actor was not added. */
  #addMember(actor: AnyActorRef): boolean {
    // An actor that is not ready yet will be added by its `child.started`. An actor that has ended would
    // never be removed.
    if (!this.#isWatched || isOver(actor) || !isReady(actor)) return false;
    const members = this.identify(actor)?.node.group?.members;
    if (members === undefined || members.has(actor)) return false;
    members.set(actor, Number.NEGATIVE_INFINITY);
    return true;
  }

  #locate(actor: AnyActorRef): Identity | undefined {
    const { id } = actor;
    const parent = parentOf(actor);
    if (parent === undefined) {
      this.#root ??= actor;
      return actor === this.#root ? this.#assignNode(actor, undefined, this.#program, 'up') : undefined;
    }
    const parentPath = this.identify(parent)?.node.path;
    if (parentPath === undefined) return undefined;
    const kind = supervisorKind(logicOf(parent));
    // An actor that is invoked by a machine has no lifecycle event that reports when it is up.
    if (kind === undefined) return this.#assignNode(actor, parentPath, id, 'up');
    const name = nameIn(id);
    return this.#assignNode(
      actor,
      parentPath,
      name,
      'starting',
      kind === 'dynamic' ? id.slice(name.length + 1) : undefined,
    );
  }

  /**
   * Finds or creates an actor's node. The actor may not be up yet: its first message may come before the
   * event that reports its start.
   */
  #assignNode(
    actor: AnyActorRef,
    parent: string | undefined,
    name: string,
    status: ActorStatus,
    member?: string,
  ): Identity | undefined {
    const path = parent === undefined ? name : `${parent}/${name}`;
    let node = this.#nodes.get(path);
    if (node === undefined) {
      if (this.#nodes.size >= MAX_TREE_NODES) return undefined;
      node = newTreeNode(path, parent, name, logicOf(actor), member !== undefined);
      this.#nodes.set(path, node);
    }
    if (node.group === undefined && (node.actor === undefined || isOver(node.actor))) {
      node.actor = actor;
      node.status = status;
    }
    return { node, member };
  }

  #identifyMailbox(mailbox: AnyActorRef): Identity | undefined {
    const node = this.#nodeNamed(systemIdOf(mailbox));
    if (node === undefined) return undefined;
    const identity: Identity = { node, member: undefined };
    this.#identities.set(mailbox, identity);
    return identity;
  }

  /** The node of the child that is registered under this name. */
  #nodeNamed(name: string | undefined): TreeNode | undefined {
    for (const node of this.#nodes.values()) if (node.name === name && node.group === undefined) return node;
    return undefined;
  }

  /** Sets the status of a child without a live actor, unless it is a group. @returns The child's path. */
  #setStatus(
    status: ActorStatus,
    { id, supervisor, dynamic }: Pick<ChildRestarting, 'id' | 'supervisor' | 'dynamic'>,
  ): string {
    const path = `${this.#pathOf(supervisor)}/${dynamic ? nameIn(id) : id}`;
    const node = this.#nodes.get(path);
    if (node !== undefined && node.group === undefined) node.status = status;
    return path;
  }

  /** Finds the path of an actor by its id, or by its name if the index no longer holds that actor. */
  #pathOf(actorId: string): string {
    const name = nameIn(actorId);
    let namesake: string | undefined;
    for (const node of this.#nodes.values()) {
      if (node.actor?.id === actorId) return node.path;
      if (node.name === name) namesake ??= node.path;
    }
    return namesake ?? this.#program;
  }
}

/**
 * The name in an actor's id. Supervisors append a unique suffix to the name, so that ids never repeat.
 */
function nameIn(actorId: string): string {
  return actorId.slice(0, actorId.lastIndexOf(':'));
}

function pathAndMember({ node, member }: Identity): { readonly path: string; readonly member?: string } {
  return { path: node.path, ...(member !== undefined && { member }) };
}
