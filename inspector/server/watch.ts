/**
 * Watches one system for all who look at it. While nobody looks, only lives are noted; XState's own news of
 * each event are asked for when the first browser comes, and no longer when the last has gone.
 */

import type { AnyActorRef, Subscription } from 'xstate';
import type { LifecycleEvent } from '../../supervision/lifecycle.js';
import { ActorIndex } from './actor-index.js';
import type { Disclosure } from './disclosure.js';
import type { Frame, Life } from './frame.js';
import { Recorder } from './recorder.js';

/** Most lives of the past that are kept for a browser that comes later. */
const MAX_PAST_LIVES = 200;

export class Watch {
  readonly #actorIndex: ActorIndex;
  readonly #disclosure: Disclosure;
  readonly #recorder: Recorder;
  readonly #past: Life[] = [];
  #root: AnyActorRef | undefined;
  #subscription: Subscription | undefined;
  #isWanted = false;
  /** How the actors were told the last time. */
  #toldActors = '';

  /** @param program The name of the root. */
  constructor(program: string, disclosure: Disclosure) {
    this.#actorIndex = new ActorIndex(program);
    this.#disclosure = disclosure;
    this.#recorder = new Recorder(this.#actorIndex, disclosure);
  }

  /** The system to watch; somebody may look already. */
  set root(root: AnyActorRef) {
    this.#root = root;
    this.#actorIndex.identify(root);
    if (this.#isWanted) this.begin();
  }

  get past(): readonly Life[] {
    return this.#past;
  }

  /** The definitions of all machines that have been seen, by their ids, as JSON. */
  definitions(): string {
    return JSON.stringify(this.#actorIndex.definitions());
  }

  /** Takes note of what the tree emits. */
  note(event: LifecycleEvent): void {
    const noted = this.#actorIndex.note(event);
    if (noted === undefined) return;
    const error = errorIn(event);
    const life = error === undefined ? noted : { ...noted, error: this.#disclosure.errorText(error) };
    // Of many short-lived ones, only what went wrong is kept.
    if (life.member === undefined || error !== undefined) {
      this.#keep(life);
    }
    if (this.#subscription !== undefined) this.#recorder.live(life);
  }

  /** Of the refusals of one address only the latest is kept: a flood must not drown what went wrong before. */
  #keep(life: Life): void {
    const isAlike = ({ what, path }: Life) => what === 'messages refused' && path === life.path;
    const alike = life.what === 'messages refused' ? this.#past.findIndex(isAlike) : -1;
    if (alike >= 0) this.#past.splice(alike, 1);
    this.#past.push(life);
    if (this.#past.length > MAX_PAST_LIVES) this.#past.shift();
  }

  /** Somebody looks, from now on. */
  begin(): void {
    this.#isWanted = true;
    if (this.#subscription !== undefined || this.#root === undefined) return;
    // It asks the supervisors, which is no news of theirs.
    this.#actorIndex.watch((actor) => this.#recorder.remember(actor));
    this.#subscription = this.#root.system.inspect(this.#recorder.observe);
  }

  /** Nobody looks any more. */
  end(): void {
    this.#isWanted = false;
    this.#subscription?.unsubscribe();
    this.#subscription = undefined;
    this.#actorIndex.unwatch();
    this.#recorder.reset();
  }

  /**
   * What happened since the last frame.
   *
   * @param needsActors True when all actors are to be told, whether or not they changed.
   * @returns `undefined` when there is nothing to tell.
   */
  frame(needsActors: boolean): Frame | undefined {
    const recorded = this.#recorder.take();
    const actors = this.#actorIndex.view();
    const told = JSON.stringify(actors);
    const isNews = needsActors || told !== this.#toldActors;
    this.#toldActors = told;
    const { messages, transitions, lives } = recorded;
    if (!isNews && messages.length + transitions.length + lives.length === 0) return undefined;
    return { at: Date.now(), ...(isNews && { actors }), ...recorded };
  }
}

function errorIn(event: LifecycleEvent): unknown {
  if (event.type === 'child.ended') return event.reason.kind === 'crashed' ? event.reason.error : undefined;
  return 'error' in event ? event.error : undefined;
}
