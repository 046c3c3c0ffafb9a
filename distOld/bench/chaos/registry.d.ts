/**
 * Who is alive in one tree: what the actors to be crashed are picked from, and what finds orphans and twins.
 *
 * The supervisors' lifecycle events say who is there for what. The inspector shows every other actor too,
 * such as mailboxes and requests that a machine invoked.
 */
import type { AnyActorRef, InspectionEvent } from 'xstate';
import type { LifecycleEvent } from '../../actors/supervision/lifecycle.js';
import { type Tally } from './tally.js';
/** What actors are crashed with; any other error is a bug that was found. */
export declare class InjectedCrash extends Error {
    readonly name = "InjectedCrash";
}
export declare class Registry {
    #private;
    constructor(tree: string, tally: Tally);
    /** For the tree's `onEmitted`. */
    readonly onEmitted: (event: LifecycleEvent) => void;
    /** For the tree's `inspect`. */
    readonly inspect: (event: InspectionEvent) => void;
    /** The live actors of a kind. */
    live(kind: string): AnyActorRef[];
    /** The children that should be alive at any time, and are not. */
    missing(): string[];
    /** Looks for actors that run without their parents, and forgets those that ended. */
    audit(): void;
    /** To be called when the tree has ended. */
    auditEnd(): void;
}
