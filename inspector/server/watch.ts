/**
 * Watches one system for all connected browsers. Lifecycle events are always recorded. XState's inspection
 * events are subscribed to only while at least one browser is connected.
 */

import type { AnyActorRef, Subscription } from 'xstate';
import type { LifecycleEvent } from '../../supervision/lifecycle.js';
import { ActorIndex } from './actor-index.js';
import type { Disclosure } from './disclosure.js';
import type { Frame, LifecycleEntry } from './frame.js';
import { Recorder } from './recorder.js';

/** The maximum number of entries of the lifecycle log that are kept for browsers that connect later. */
const MAX_PAST_ENTRIES = 200;

export class Watch {
  readonly #actorIndex: ActorIndex;
  readonly #disclosure: Disclosure;
  readonly #recorder: Recorder;
  readonly #past: LifecycleEntry[] = [];
  #root: AnyActorRef | undefined;
  #subscription: Subscription | undefined;
  #isWanted = false;
  /** The actors of the last frame, as JSON. */
  #lastActors = '';

  /** @param program The name of the root. */
  constructor(program: string, disclosure: Disclosure) {
    this.#actorIndex = new ActorIndex(program);
    this.#disclosure = disclosure;
    this.#recorder = new Recorder(this.#actorIndex, disclosure);
  }

  /** The root of the system to watch. Browsers may be connected already. */
  set root(root: AnyActorRef) {
    this.#root = root;
    this.#actorIndex.identify(root);
    if (this.#isWanted) this.begin();
  }

  /** The lifecycle log up to now, the oldest entry first. */
  get past(): readonly LifecycleEntry[] {
    return this.#past;
  }

  /** The definitions of all machines seen so far, by their ids, as JSON. */
  definitions(): string {
    return JSON.stringify(this.#actorIndex.definitions());
  }

  /** Records an event that the tree emits. */
  record(event: LifecycleEvent): void {
    const recorded = this.#actorIndex.record(event);
    if (recorded === undefined) return;
    const error = errorIn(event);
    const entry = error === undefined ? recorded : { ...recorded, error: this.#disclosure.errorText(error) };
    // Of the members of groups, only errors are kept, because there are too many ordinary starts and ends.
    if (entry.member === undefined || error !== undefined) {
      this.#keepPast(entry);
    }
    if (this.#subscription !== undefined) this.#recorder.recordLifecycle(entry);
  }

  /**
   * Keeps an entry for browsers that connect later. Of entries about refused messages, only the latest one of
   * each address is kept, so that a flood of refusals does not evict earlier errors.
   */
  #keepPast(entry: LifecycleEntry): void {
    const isSame = ({ what, path }: LifecycleEntry) => what === 'messages refused' && path === entry.path;
    const index = entry.what === 'messages refused' ? this.#past.findIndex(isSame) : -1;
    if (index >= 0) this.#past.splice(index, 1);
    this.#past.push(entry);
    if (this.#past.length > MAX_PAST_ENTRIES) this.#past.shift();
  }

  /** Starts to record messages and transitions, because a browser is connected. */
  begin(): void {
    this.#isWanted = true;
    if (this.#subscription !== undefined || this.#root === undefined) return;
    // The index asks the supervisors before the subscription, so that its questions are not recorded.
    this.#actorIndex.watchMembers((actor) => this.#recorder.rememberState(actor));
    this.#subscription = this.#root.system.inspect(this.#recorder.observe);
  }

  /** Stops recording messages and transitions, because no browser is connected any more. */
  end(): void {
    this.#isWanted = false;
    this.#subscription?.unsubscribe();
    this.#subscription = undefined;
    this.#actorIndex.unwatchMembers();
    this.#recorder.reset();
  }

  /**
   * Returns what happened since the last frame.
   *
   * @param needsActors True if the frame must contain all actors, whether or not they changed.
   * @returns `undefined` if nothing happened.
   */
  frame(needsActors: boolean): Frame | undefined {
    const recorded = this.#recorder.drain();
    const actors = this.#actorIndex.view();
    const json = JSON.stringify(actors);
    const hasActors = needsActors || json !== this.#lastActors;
    this.#lastActors = json;
    const { messages, transitions, lives } = recorded;
    if (!hasActors && messages.length + transitions.length + lives.length === 0) return undefined;
    return { at: Date.now(), ...(hasActors && { actors }), ...recorded };
  }
}

function errorIn(event: LifecycleEvent): unknown {
  if (event.type === 'child.ended') return event.reason.kind === 'crashed' ? event.reason.error : undefined;
  return 'error' in event ? event.error : undefined;
}
