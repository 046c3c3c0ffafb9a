/**
 * Keeps the mailboxes of a tree, one for each name.
 *
 * A mailbox outlives not only its child but also the supervisor that has the child: when that one crashes and
 * is restarted, its next incarnation finds the mailbox as it was, and whoever holds the address notices
 * nothing. So the mailboxes belong to the topmost supervisor.
 */

import { type AnyActorRef, createActor } from 'xstate';
import { type AddressOptions, mailboxLogic } from './mailbox.js';
import { parentOf } from './xstate-internals.js';

interface Box {
  readonly actor: AnyActorRef;
  /** The supervisor that has the child that it is for, or had it last. */
  owner: AnyActorRef;
  owned: boolean;
}

/** What an office needs of the supervisor that opens it. */
interface Opener {
  readonly self: AnyActorRef;
  stopChild(child: AnyActorRef): void;
}

const offices = new WeakMap<AnyActorRef, PostOffice>();

/** The post office of the tree that a supervisor is in; the topmost supervisor opens it. */
export function postOfficeOf(scope: Opener): PostOffice {
  let office: PostOffice | undefined;
  for (let actor: AnyActorRef | undefined = scope.self; actor !== undefined; actor = parentOf(actor)) {
    office = offices.get(actor) ?? office;
  }
  if (office === undefined) {
    office = new PostOffice(scope);
    offices.set(scope.self, office);
  }
  return office;
}

export class PostOffice {
  readonly #scope: Opener;
  readonly #boxes = new Map<string, Box>();

  /** @param scope The topmost supervisor's. */
  constructor(scope: Opener) {
    this.#scope = scope;
  }

  /**
   * Opens the mailbox of a name, or takes up the one that its last owner left.
   *
   * @throws Error when somebody else has it.
   */
  open(name: string, options: AddressOptions<never>, owner: AnyActorRef): AnyActorRef {
    const left = this.#boxes.get(name);
    if (left?.owned) throw new Error(`the address '${name}' is taken`);
    if (left !== undefined) {
      left.owned = true;
      left.owner = owner;
      left.actor.send({ type: 'mailbox.adopt', options });
      return left.actor;
    }
    const identity = { parent: this.#scope.self, id: `mailbox:${name}`, systemId: name };
    const actor: AnyActorRef = createActor(mailboxLogic, { ...identity, input: options }).start();
    this.#boxes.set(name, { actor, owner, owned: true });
    return actor;
  }

  /** Its owner is gone, and may come back: what is sent waits. */
  leave(name: string): void {
    const box = this.#boxes.get(name);
    if (box === undefined) return;
    box.owned = false;
    box.actor.send({ type: 'mailbox.detach' });
  }

  /** Nobody will have it again: what waits is refused. */
  close(name: string): void {
    const box = this.#boxes.get(name);
    this.#boxes.delete(name);
    if (box !== undefined) this.#scope.stopChild(box.actor);
  }

  /** Closes what was left in a tree that nobody will start again. */
  closeBelow(supervisor: AnyActorRef | undefined): void {
    for (const [name, { owned, owner }] of [...this.#boxes]) {
      if (!owned && isBelow(owner, supervisor)) this.close(name);
    }
  }

  /** Closes all, when the supervisor that opened the office ends. */
  closeFor(supervisor: AnyActorRef): void {
    if (supervisor === this.#scope.self) for (const name of [...this.#boxes.keys()]) this.close(name);
  }
}

function isBelow(actor: AnyActorRef, ancestor: AnyActorRef | undefined): boolean {
  for (let above: AnyActorRef | undefined = actor; above !== undefined; above = parentOf(above)) {
    if (above === ancestor) return true;
  }
  return false;
}
