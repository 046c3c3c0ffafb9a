/**
 * Answers what a supervisor with a list of children is asked, and changes its roster accordingly.
 */
import type { AnyActorRef } from 'xstate';
import { type AdministrationEvent, type ChildStart } from './administration.js';
import type { Child } from './child.js';
import type { ChildSpec } from './child-spec.js';
import type { Roster } from './roster.js';
/** What the administrator needs of its supervisor. */
export interface Administered {
    readonly self: AnyActorRef;
    readonly roster: Roster;
    isEnding(): boolean;
    /** @throws TypeError or Error, when the spec cannot be taken. */
    adopt(spec: ChildSpec): Child;
    stopLater(children: readonly Child[]): void;
    forget(child: Child): void;
}
export declare class Administrator {
    #private;
    constructor(administered: Administered);
    receive(event: AdministrationEvent | ChildStart<unknown>): void;
}
