/**
 * Random supervision trees of workers of every kind that misbehave on request, and a witness of what
 * really happens to their actors: it is told by XState itself and by the workers, not by the supervisors.
 */
import fc from 'fast-check';
import { type AnyActorRef, type EventObject, SimulatedClock } from 'xstate';
import type { ChildOptions, ChildSpec, ShutdownPolicy } from '../../actors/supervision/child-spec.js';
import type { RestartLimits } from '../../actors/supervision/restart-budget.js';
import type { Strategy } from '../../actors/supervision/roster.js';
import { type AutoShutdown } from '../../actors/supervision/supervisor.js';
/**
 * What a start comes to: `late` fails after its first children have started, `input` before there is an
 * actor, `finish` ends normally at once, `slow` is not ready until told.
 */
export type Start = 'ok' | 'slow' | 'fail' | 'late' | 'input' | 'ignore' | 'finish';
declare const WORKERS: readonly ["behaviour", "machine", "callback", "transition", "promise"];
interface AnyShape extends ChildOptions {
    readonly significant: boolean;
    readonly hangs: boolean;
    readonly starts: readonly Start[];
}
export interface WorkerShape extends AnyShape {
    readonly kind: (typeof WORKERS)[number];
    /** How many events wait for it; it has an address if this is defined. */
    readonly stash: number | undefined;
}
export interface StaticShape extends AnyShape {
    readonly kind: 'static';
    readonly strategy: Strategy;
    readonly limits: RestartLimits | undefined;
    readonly autoShutdown: AutoShutdown;
    readonly children: readonly Shape[];
}
export interface DynamicShape extends AnyShape {
    readonly kind: 'dynamic';
    readonly limit: number;
    readonly limits: RestartLimits | undefined;
    readonly template: WorkerShape | StaticShape;
}
export type Shape = WorkerShape | StaticShape | DynamicShape;
/** What the next starts of a child come to. */
export declare const anyStarts: fc.Arbitrary<Start[]>;
export declare const anyWorker: fc.Arbitrary<WorkerShape>;
/** Any tree, as the shape of its root. Most roots bear a lot, so that there is a tree to the last. */
export declare const anyTree: fc.Arbitrary<StaticShape>;
/** The parts of XState's actor that a witness needs and that are not public. */
export interface Actor extends AnyActorRef {
    readonly options: {
        readonly input?: unknown;
    };
    start(): void;
    _stop(): unknown;
}
/** Hears what happens, while it happens. */
export interface Witness {
    started(actor: Actor): void;
    ended(actor: Actor): void;
    /** An actor is about to be stopped hard. */
    halted(actor: Actor): void;
    /** An event is about to be put into an actor's mailbox. */
    sent(actor: Actor, event: EventObject): void;
    /** A worker took hold of something; it calls what is returned when it lets go. */
    opened(actor: AnyActorRef): () => void;
    received(node: TreeNode, note: number): void;
    refused(node: TreeNode, note: unknown): void;
    inputFailed(node: TreeNode): void;
}
/** A child's place in a tree, whichever actor fills it, and how that is to behave. */
export declare class TreeNode {
    readonly id: string;
    readonly shape: Shape;
    readonly world: World;
    /** Whether its supervisor heeds its end. */
    readonly significant: boolean;
    /** Several actors may fill it at a time. */
    readonly isShared: boolean;
    readonly children: readonly TreeNode[];
    /** Of a dynamic supervisor. */
    readonly template: TreeNode | undefined;
    /** What its next starts come to, if not to `ok`. */
    starts: Start[];
    hangs: boolean;
    failsRelease: boolean;
    constructor(id: string, shape: Shape, world: World, 
    /** Whether its supervisor heeds its end. */
    significant: boolean, 
    /** Several actors may fill it at a time. */
    isShared: boolean, of?: TreeNode);
    /** The place of one child of a dynamic supervisor. */
    another(): TreeNode;
    /** The name under which it is sent notes. */
    get address(): string | undefined;
    /** Its policy, with the default that the manual gives. */
    get shutdown(): ShutdownPolicy;
    /** Begins a start. @throws Error when it is to fail. */
    begin(): Start;
    open(actor: AnyActorRef): () => void;
    /** Makes an actor's input, as its supervisor has it made for every start. */
    input(): TreeNode;
    spec(): ChildSpec;
}
/** A tree with its clock, watched. */
export declare class World {
    #private;
    readonly witness: Witness;
    readonly clock: SimulatedClock;
    readonly nodes: TreeNode[];
    readonly rootNode: TreeNode;
    readonly root: Actor;
    constructor(shape: StaticShape, witness: Witness);
    node(shape: Shape, autoShutdown: AutoShutdown, isShared: boolean): TreeNode;
    /** When the next timer is due. */
    nextTimerMs(): number | undefined;
}
export type WorkerEvent = {
    readonly type: 'crash';
} | {
    readonly type: 'finish';
}
/** Crashes in a listener, not in the handling of an event. */
 | {
    readonly type: 'listener';
} | {
    readonly type: 'ready';
} | {
    readonly type: 'note';
    readonly note: number;
}
/** Calls a function in the actor's turn. */
 | {
    readonly type: 'call';
    readonly action: () => void;
};
export {};
