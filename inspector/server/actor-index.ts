/**
 * Who lives in a tree: every actor's place, how it fares, how often it was restarted.
 *
 * Kept from lifecycle events, at all times, so that a page opened later shows the past too. Short-lived
 * children of dynamic supervisors are only counted, and looked at one by one only while {@link ActorIndex.watch}
 * says that somebody looks.
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
import type { ActorStatus, ActorView, Life } from './frame.js';
import { newPlace, type Place, viewOf } from './tree-node.js';

/** Most actors in the tree that are told apart; groups count as one. */
const MAX_PLACES = 1_000;

type ChildRestarting = Extract<LifecycleEvent, { type: 'child.restarting' }>;

/** Whom an actor reference stands for. */
export interface Identity {
  readonly place: Place;
  /** Of one in a group. */
  readonly member: string | undefined;
}

export class ActorIndex {
  readonly #program: string;
  readonly #places = new Map<string, Place>();
  /** Weak, so that it keeps nobody alive; `null` for those that have no place of their own. */
  readonly #identities = new WeakMap<AnyActorRef, Identity | null>();
  #isWatched = false;
  /** The first root that is heard of; others, such as the inspector's own, are none of ours. */
  #root: AnyActorRef | undefined;

  /** @param program The name of the root. */
  constructor(program: string) {
    this.#program = program;
  }

  /** Takes note of a life. @returns How to tell of it; `undefined` when there is nothing to tell. */
  note(event: LifecycleEvent): Omit<Life, 'error'> | undefined {
    const at = Date.now();
    switch (event.type) {
      case 'child.started': {
        const identity = this.identify(event.actor);
        if (identity === undefined) return undefined;
        this.#start(identity, event.actor);
        return { at, ...about(identity), what: 'started' };
      }
      case 'child.ended': {
        const identity = this.identify(event.actor);
        if (identity === undefined) return undefined;
        this.#end(identity, event.actor, event.reason);
        return { at, ...about(identity), what: 'ended', why: event.reason.kind };
      }
      case 'child.start-failed':
        return { at, path: this.#becomes('failed', event), what: 'failed to start' };
      case 'supervisor.gave-up':
        return { at, path: this.#becomes('failed', event), what: 'gave up' };
      case 'child.restarting': {
        const why = `restart ${event.attempt} after ${Math.round(event.delayMs)} ms`;
        return { at, path: this.#becomes('restarting', event), what: 'restarting', why };
      }
      case 'supervisor.shutting-down':
        return { at, path: this.#placeOf(event.supervisor), what: 'shutting down', why: event.reason };
      case 'message.refused': {
        const { address, reason, message, count } = event;
        const path = (address === undefined ? undefined : this.#named(address)?.path) ?? this.#program;
        const what = 'messages refused';
        return { at, path, what, why: `${reason}: ${count > 1 ? `${count}, last ` : ''}${message}` };
      }
      case 'observer.failed':
        return { at, path: this.#placeOf(event.actor), what: 'observer failed', why: event.observer };
      case 'child.ignored':
        return undefined;
    }
  }

  /**
   * Whom a reference stands for: an actor for its place, a mailbox for whoever is written to through it.
   *
   * @returns `undefined` beyond {@link MAX_PLACES}, and for a mailbox whose owner was not there yet.
   */
  identify(actor: AnyActorRef): Identity | undefined {
    const known = this.#identities.get(actor);
    if (known !== undefined) return known ?? undefined;
    if (isMailbox(actor)) return this.#identifyName(actor);
    const identity = this.#locate(actor);
    this.#identities.set(actor, identity ?? null);
    return identity;
  }

  /** Counts a message to an actor. */
  count({ place }: Identity): void {
    place.received += 1;
  }

  /**
   * Looks at the members of groups one by one, from now on. @param onFound Told of each that was there
   * before.
   */
  watch(onFound: (actor: AnyActorRef) => void): void {
    this.#isWatched = true;
    for (const place of [...this.#places.values()]) {
      const { actor } = place;
      if (actor === undefined || supervisorKind(logicOf(actor)) !== 'dynamic') continue;
      listChildren(actor).then(
        (children) => {
          for (const { actor: member } of children)
            if (typeof member === 'object' && this.#join(member)) onFound(member);
        },
        () => {}, // It ended meanwhile, and its children with it.
      );
    }
  }

  /** Nobody looks any more. */
  unwatch(): void {
    this.#isWatched = false;
    for (const { group } of this.#places.values()) group?.members.clear();
  }

  /** All actors as they are now, parents before their children. */
  view(): ActorView[] {
    return [...this.#places.values()].map(viewOf);
  }

  /** The definitions of all machines that have been seen, by their ids. */
  definitions(): Record<string, unknown> {
    const machines = [...this.#places.values()].flatMap(({ machine }) => machine ?? []);
    return Object.fromEntries(machines.map(({ id, config }) => [id, config]));
  }

  #start({ place }: Identity, actor: AnyActorRef): void {
    if (place.group === undefined) {
      place.actor = actor;
      place.status = 'up';
      place.starts += 1;
      return;
    }
    place.group.live += 1;
    place.group.started += 1;
    if (this.#isWatched) place.group.members.set(actor, nowOf(actor));
  }

  #end({ place }: Identity, actor: AnyActorRef, reason: EndReason): void {
    const { group } = place;
    if (group !== undefined) {
      group.live -= 1;
      if (reason.kind === 'crashed') group.crashed += 1;
      group.members.delete(actor);
      return;
    }
    if (place.actor !== actor) return;
    place.actor = undefined;
    place.status = reason.kind;
    // Whoever was still there below it was stopped with it, and nobody said so of each.
    for (const below of this.#places.values()) {
      if (!below.path.startsWith(`${place.path}/`)) continue;
      if (below.actor !== undefined) below.status = 'killed';
      below.actor = undefined;
      if (below.group !== undefined) below.group.live = 0;
      below.group?.members.clear();
    }
  }

  /** Counts in one that was there before. @returns False when it is none of those. */
  #join(actor: AnyActorRef): boolean {
    // Of one that is not up yet, its start will be told; one that is over would never leave again.
    if (!this.#isWatched || isOver(actor) || !isReady(actor)) return false;
    const members = this.identify(actor)?.place.group?.members;
    if (members === undefined || members.has(actor)) return false;
    members.set(actor, Number.NEGATIVE_INFINITY);
    return true;
  }

  #locate(actor: AnyActorRef): Identity | undefined {
    const { id } = actor;
    const parent = parentOf(actor);
    if (parent === undefined) {
      this.#root ??= actor;
      return actor === this.#root ? this.#settle(actor, undefined, this.#program, 'up') : undefined;
    }
    const above = this.identify(parent)?.place.path;
    if (above === undefined) return undefined;
    const kind = supervisorKind(logicOf(parent));
    // Of those that a machine invokes, nobody says when they are up.
    if (kind === undefined) return this.#settle(actor, above, id, 'up');
    const name = nameIn(id);
    return this.#settle(
      actor,
      above,
      name,
      'starting',
      kind === 'dynamic' ? id.slice(name.length + 1) : undefined,
    );
  }

  /** Gives an actor its place. It is there from its first message on, though it may not be up yet. */
  #settle(
    actor: AnyActorRef,
    parent: string | undefined,
    name: string,
    status: ActorStatus,
    member?: string,
  ): Identity | undefined {
    const path = parent === undefined ? name : `${parent}/${name}`;
    let place = this.#places.get(path);
    if (place === undefined) {
      if (this.#places.size >= MAX_PLACES) return undefined;
      place = newPlace(path, parent, name, logicOf(actor), member !== undefined);
      this.#places.set(path, place);
    }
    if (place.group === undefined && (place.actor === undefined || isOver(place.actor))) {
      place.actor = actor;
      place.status = status;
    }
    return { place, member };
  }

  #identifyName(mailbox: AnyActorRef): Identity | undefined {
    const place = this.#named(systemIdOf(mailbox));
    if (place === undefined) return undefined;
    const identity: Identity = { place, member: undefined };
    this.#identities.set(mailbox, identity);
    return identity;
  }

  /** The place of the child that has an address of this name. */
  #named(name: string | undefined): Place | undefined {
    for (const place of this.#places.values())
      if (place.name === name && place.group === undefined) return place;
    return undefined;
  }

  /** A child without an actor fares so; of a group that says nothing. @returns Its path. */
  #becomes(
    status: ActorStatus,
    { id, supervisor, dynamic }: Pick<ChildRestarting, 'id' | 'supervisor' | 'dynamic'>,
  ): string {
    const path = `${this.#placeOf(supervisor)}/${dynamic ? nameIn(id) : id}`;
    const place = this.#places.get(path);
    if (place !== undefined && place.group === undefined) place.status = status;
    return path;
  }

  /** The path of an actor that is known by its id; one that came and went unseen is found by its name. */
  #placeOf(actorId: string): string {
    const name = nameIn(actorId);
    let namesake: string | undefined;
    for (const place of this.#places.values()) {
      if (place.actor?.id === actorId) return place.path;
      if (place.name === name) namesake ??= place.path;
    }
    return namesake ?? this.#program;
  }
}

/**
 * A supervisor's children have ids that never repeat: their name, and what tells this one from the others.
 */
function nameIn(actorId: string): string {
  return actorId.slice(0, actorId.lastIndexOf(':'));
}

function about({ place, member }: Identity): { readonly path: string; readonly member?: string } {
  return { path: place.path, ...(member !== undefined && { member }) };
}
