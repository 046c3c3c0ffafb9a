/**
 * A supervisor of many short-lived children of one kind, after OTP's `simple_one_for_one`.
 *
 * Its children are temporary: one that ends, however, is forgotten. Starting and stopping one costs
 * the same with one or with 100,000 alive: they live in a `Map` of the supervisor's own, because a
 * machine's `spawnChild` copies the list of all children each time.
 */

import { nanoid } from 'nanoid';
import { type AnyActorLogic, type AnyActorRef, createActor, type InputFrom } from 'xstate';
import {
  type Behaviour,
  type BehaviourLogic,
  type BehaviourScope,
  fromBehaviour,
  type Timer,
} from './behaviour.js';
import { type ActorEnded, isActorEnded, type LifecycleEvent } from './child-spec.js';

export interface DynamicSupervisorOptions<TLogic extends AnyActorLogic> {
  /** What kind of child this is: the first half of each child's id. */
  readonly kind: string;
  readonly logic: TLogic;
  /** Most children alive at once. */
  readonly limit: number;
  /** Told of the input of each child beyond the limit. */
  readonly refuse: (input: InputFrom<TLogic>) => void;
  /** Longest wait, in milliseconds, for all children together when the supervisor shuts down. */
  readonly shutdownMs: number;
}

/** Asks for a new child. Anyone may send it. */
export interface ChildStart<TInput> {
  readonly type: 'child.start';
  readonly input: TInput;
}

type DynamicEvent<TInput> = ChildStart<TInput> | ActorEnded | { readonly type: 'shutdown.overdue' };

/** Actor logic of a dynamic supervisor; it emits `child.ended` for children that crash. */
export function dynamicSupervisor<TLogic extends AnyActorLogic>(
  options: DynamicSupervisorOptions<TLogic>,
): BehaviourLogic<DynamicEvent<InputFrom<TLogic>>, undefined> {
  return fromBehaviour<DynamicEvent<InputFrom<TLogic>>>((scope) => new DynamicSupervisor(scope, options));
}

class DynamicSupervisor<TLogic extends AnyActorLogic> implements Behaviour<DynamicEvent<InputFrom<TLogic>>> {
  readonly #scope: BehaviourScope<DynamicEvent<InputFrom<TLogic>>>;
  readonly #options: DynamicSupervisorOptions<TLogic>;
  readonly #children = new Map<string, AnyActorRef>();
  #ending = false;
  #timer: Timer | undefined;

  constructor(
    scope: BehaviourScope<DynamicEvent<InputFrom<TLogic>>>,
    options: DynamicSupervisorOptions<TLogic>,
  ) {
    this.#scope = scope;
    this.#options = options;
  }

  receive(event: DynamicEvent<InputFrom<TLogic>>): void {
    if (event.type === 'child.start') this.#start(event.input);
    else if (event.type === 'shutdown.overdue') this.#scope.end();
    else if (isActorEnded(event)) this.#onEnded(event);
  }

  shutdown(): void {
    this.#ending = true;
    for (const child of this.#children.values()) child.send({ type: 'shutdown.requested' });
    this.#timer = this.#scope.sendLater({ type: 'shutdown.overdue' }, this.#options.shutdownMs);
    this.#endIfEmpty();
  }

  release(): void {
    this.#scope.cancel(this.#timer);
    for (const child of this.#children.values()) this.#scope.stopChild(child);
  }

  #start(input: InputFrom<TLogic>): void {
    const { kind, logic, limit, refuse } = this.#options;
    if (this.#ending || this.#children.size >= limit) return refuse(input);
    const id = `${kind}:${nanoid(10)}`;
    const child: AnyActorRef = createActor(logic as AnyActorLogic, { parent: this.#scope.self, id, input });
    this.#children.set(id, child);
    child.start();
  }

  #onEnded(event: ActorEnded): void {
    this.#children.delete(event.actorId);
    if ('error' in event) {
      const reason = { kind: 'crashed', error: event.error } as const;
      this.#scope.emit({ type: 'child.ended', id: event.actorId, reason } satisfies LifecycleEvent);
    }
    this.#endIfEmpty();
  }

  #endIfEmpty(): void {
    if (this.#ending && this.#children.size === 0) this.#scope.end();
  }
}
