/**
 * Draws a statechart as a Mermaid flowchart, from the chart itself. A flowchart, because Mermaid's
 * state diagrams cannot have arrows between the insides of two states.
 */
import type { AnyStateMachine } from 'xstate';
/** The diagram's source: states as boxes, nested ones in frames, arrows labelled by event and guard. */
export declare function mermaidOf(machine: AnyStateMachine): string;
