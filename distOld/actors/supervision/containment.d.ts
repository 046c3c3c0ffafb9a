/**
 * Closes the ways by which a throw escapes XState's actors.
 *
 * XState itself contains what an actor's own logic throws. It does not contain the rest (5.33):
 *
 * - an actor that crashes leaves its children running, and its callback's clean-up uncalled;
 * - an observer or listener that throws, or that has no error handler, ends the process;
 * - an inspector that throws wedges the mailbox of the actor that it looks at, for good.
 *
 * Supervision is as good as its weakest actor, so this holds for every actor in a system that has a
 * supervisor, also for those that a machine spawned somewhere below. What is caught is not lost:
 * the nearest supervisor emits it as `bystander.failed`.
 *
 * This file alone replaces parts of XState; {@link XStateSystem} and {@link XStateActor} are what it knows of them.
 */
import { type AnyActorRef } from 'xstate';
import type { Bystander, LifecycleEvent } from './lifecycle.js';
type Reporter = (event: Extract<LifecycleEvent, {
    type: 'bystander.failed';
}>) => void;
/**
 * Contains all actors of the system that `self` lives in, from now on.
 *
 * @param self A supervisor.
 * @param report Emits what the bystanders below `self` throw.
 */
export declare function contain(self: AnyActorRef, report: Reporter): void;
/** Wraps the callback of a bystander: what it throws, at once or later, is reported and goes no further. */
export declare function watched<TArgs extends unknown[]>(bystander: Bystander, actor: AnyActorRef, callback: (...args: TArgs) => unknown): (...args: TArgs) => void;
/** Has the nearest supervisor of an actor say that somebody who watches it threw. */
export declare function reportBystander(bystander: Bystander, actor: AnyActorRef, error: unknown): void;
export {};
