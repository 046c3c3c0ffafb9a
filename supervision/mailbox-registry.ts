/**
 * Keeps the mailboxes of a tree, one for each name.
 *
 * A mailbox outlives not only its child but also the supervisor that has the child: when that one crashes and
 * is restarted, its next incarnation finds the mailbox as it was, and whoever holds the address notices
 * nothing. So the mailboxes belong to the topmost supervisor.
 *
 * A mailbox that is closed refuses what it is sent, for as long as a sender holds it. When a child of its
 * name is added again, the child gets that same mailbox.
 */

import { type AnyActorRef, createActor } from 'xstate';
import { DeadLetters, type Teller } from './dead-letters.js';
import { type AddressOptions, mailboxLogic, type OnRefused } from './mailbox.js';
import { parentOf, releaseSystemId, takeSystemId } from './xstate-internals.js';

interface Box {
  readonly actor: AnyActorRef;
  /** The supervisor that has the child that it is for, or had it last. */
  owner: AnyActorRef;
  owned: boolean;
}

const registries = new WeakMap<AnyActorRef, MailboxRegistry>();

/** The post registry of the tree that a supervisor is in; the topmost supervisor opens it. */
export function mailboxRegistryOf(scope: Teller): MailboxRegistry {
  let registry: MailboxRegistry | undefined;
  for (let actor: AnyActorRef | undefined = scope.self; actor !== undefined; actor = parentOf(actor)) {
    registry = registries.get(actor) ?? registry;
  }
  if (registry === undefined) {
    registry = new MailboxRegistry(scope);
    registries.set(scope.self, registry);
  }
  return registry;
}

export class MailboxRegistry {
  readonly #scope: Teller;
  readonly #deadLetters: DeadLetters;
  readonly #boxes = new Map<string, Box>();
  /** Mailboxes that are closed, as long as anyone else has them. */
  readonly #closed = new Map<string, WeakRef<AnyActorRef>>();
  readonly #dropped = new FinalizationRegistry<string>((name) => {
    if (this.#closed.get(name)?.deref() === undefined) this.#closed.delete(name);
  });

  /** @param scope The topmost supervisor's. */
  constructor(scope: Teller) {
    this.#scope = scope;
    this.#deadLetters = new DeadLetters(scope);
  }

  /**
   * Opens the mailbox of a name, or takes up the one that there was.
   *
   * @throws Error when somebody else has it.
   */
  open(name: string, options: AddressOptions<never>, owner: AnyActorRef): AnyActorRef {
    const left = this.#boxes.get(name);
    if (left?.owned) throw new Error(`the address '${name}' is taken`);
    if (left !== undefined) {
      left.owned = true;
      left.owner = owner;
      left.actor.send({ type: 'mailbox.open', options });
      return left.actor;
    }
    const actor = this.#reopen(name, options) ?? this.#create(name, options);
    this.#boxes.set(name, { actor, owner, owned: true });
    return actor;
  }

  #reopen(name: string, options: AddressOptions<never>): AnyActorRef | undefined {
    const actor = this.#closed.get(name)?.deref();
    if (actor === undefined) return undefined;
    takeSystemId(actor, name);
    this.#closed.delete(name);
    this.#dropped.unregister(actor);
    actor.send({ type: 'mailbox.open', options });
    return actor;
  }

  #create(name: string, options: AddressOptions<never>): AnyActorRef {
    const onRefused: OnRefused = (reason, event) => this.#deadLetters.count(name, reason, event);
    const identity = { parent: this.#scope.self, id: `mailbox:${name}`, systemId: name };
    return createActor(mailboxLogic({ ...options, onRefused }), identity).start();
  }

  /** Its owner is gone, and may come back: what is sent waits. */
  leave(name: string): void {
    const box = this.#boxes.get(name);
    if (box === undefined) return;
    box.owned = false;
    box.actor.send({ type: 'mailbox.detach' });
  }

  /** Its child is gone for good: what waits is refused, and so is what is still sent. The name is free. */
  close(name: string): void {
    const actor = this.#boxes.get(name)?.actor;
    if (actor === undefined) return;
    this.#boxes.delete(name);
    this.#closed.set(name, new WeakRef(actor));
    this.#dropped.register(actor, name, actor);
    actor.send({ type: 'mailbox.close' });
    releaseSystemId(actor);
  }

  /** Closes what was left in a tree that nobody will start again. */
  closeBelow(supervisor: AnyActorRef | undefined): void {
    for (const [name, { owned, owner }] of [...this.#boxes]) {
      if (!owned && isBelow(owner, supervisor)) this.close(name);
    }
  }

  /** Closes all, when the supervisor that opened the registry ends. */
  closeFor(supervisor: AnyActorRef): void {
    if (supervisor !== this.#scope.self) return;
    for (const name of [...this.#boxes.keys()]) this.close(name);
    this.#deadLetters.end();
  }
}

function isBelow(actor: AnyActorRef, ancestor: AnyActorRef | undefined): boolean {
  for (let above: AnyActorRef | undefined = actor; above !== undefined; above = parentOf(above)) {
    if (above === ancestor) return true;
  }
  return false;
}
