/**
 * The mailbox registry of a tree: one mailbox for each name.
 *
 * A mailbox outlives its child and the child's supervisor. When that supervisor crashes and is restarted, its
 * next incarnation gets the same mailbox, and senders that hold the address are unaffected. The mailboxes
 * therefore belong to the topmost supervisor.
 *
 * A closed mailbox refuses all messages. If a child with the same name is added later, and a sender still
 * holds the closed mailbox, the child gets this mailbox.
 */

import { type AnyActorRef, createActor } from 'xstate';
import { DeadLetters, type ReporterScope } from './dead-letters.js';
import { type AddressOptions, mailboxLogic, type OnRefused } from './mailbox.js';
import { assignSystemId, parentOf, releaseSystemId } from './xstate-internals.js';

interface Box {
  readonly actor: AnyActorRef;
  /** The current or last supervisor of the mailbox's child. */
  owner: AnyActorRef;
  owned: boolean;
}

const registries = new WeakMap<AnyActorRef, MailboxRegistry>();

/** The mailbox registry of a supervisor's tree. The topmost supervisor creates it. */
export function mailboxRegistryOf(scope: ReporterScope): MailboxRegistry {
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
  readonly #scope: ReporterScope;
  readonly #deadLetters: DeadLetters;
  readonly #boxes = new Map<string, Box>();
  /** Closed mailboxes, while other code still holds them. */
  readonly #closed = new Map<string, WeakRef<AnyActorRef>>();
  readonly #dropped = new FinalizationRegistry<string>((name) => {
    if (this.#closed.get(name)?.deref() === undefined) this.#closed.delete(name);
  });

  /** @param scope The scope of the topmost supervisor. */
  constructor(scope: ReporterScope) {
    this.#scope = scope;
    this.#deadLetters = new DeadLetters(scope);
  }

  /**
   * Opens the mailbox of a name: the existing one, or a new one.
   *
   * @throws Error when another child owns the name.
   */
  open(name: string, options: AddressOptions<never>, owner: AnyActorRef): AnyActorRef {
    const existing = this.#boxes.get(name);
    if (existing?.owned) throw new Error(`the address '${name}' is taken`);
    if (existing !== undefined) {
      existing.owned = true;
      existing.owner = owner;
      existing.actor.send({ type: 'mailbox.open', options });
      return existing.actor;
    }
    const actor = this.#reopen(name, options) ?? this.#create(name, options);
    this.#boxes.set(name, { actor, owner, owned: true });
    return actor;
  }

  #reopen(name: string, options: AddressOptions<never>): AnyActorRef | undefined {
    const actor = this.#closed.get(name)?.deref();
    if (actor === undefined) return undefined;
    assignSystemId(actor, name);
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

  /** Detaches a mailbox from its owner, which has ended and may be restarted. Messages then wait. */
  detach(name: string): void {
    const box = this.#boxes.get(name);
    if (box === undefined) return;
    box.owned = false;
    box.actor.send({ type: 'mailbox.detach' });
  }

  /**
   * Closes a mailbox whose child is forgotten. The mailbox refuses waiting and later messages, and its name
   * becomes free.
   */
  close(name: string): void {
    const actor = this.#boxes.get(name)?.actor;
    if (actor === undefined) return;
    this.#boxes.delete(name);
    this.#closed.set(name, new WeakRef(actor));
    this.#dropped.register(actor, name, actor);
    actor.send({ type: 'mailbox.close' });
    releaseSystemId(actor);
  }

  /** Closes the detached mailboxes of a tree that will not be started again. */
  closeBelow(supervisor: AnyActorRef | undefined): void {
    for (const [name, { owned, owner }] of [...this.#boxes]) {
      if (!owned && isBelow(owner, supervisor)) this.close(name);
    }
  }

  /** Closes all mailboxes if this supervisor created the registry. Called when a supervisor ends. */
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
