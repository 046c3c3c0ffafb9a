/**
 * Runs a flat statechart over a resource that its actor owns.
 *
 * The chart (in machines/) says what happens when; its actor says how: it opens the resource,
 * has one function per action of the chart, and releases the resource however the actor ends.
 *
 * XState's interpreter can run these charts too, and a test holds the two against each other. But
 * it costs a connection several times as much, and it has no place for the release of a resource
 * when an actor is stopped or crashes.
 */
import { fromBehaviour } from './supervision/behaviour.js';
/**
 * Actor logic of a flat chart: atomic and final states, transitions with named actions and with
 * named guards that look at the event alone.
 *
 * @throws TypeError when the chart uses anything else, or names what is not implemented.
 */
export function fromChart(machine, { open, actions, release }) {
    const { initial, states } = compile(machine, actions);
    return fromBehaviour((scope, input) => {
        const resource = open(scope, input);
        let state = initial;
        function step(event) {
            const candidates = state.on.get(event.type);
            const transition = candidates?.find(({ guard }) => guard === undefined || guard({ event }));
            if (transition === undefined)
                return;
            if (transition.target !== undefined)
                state = states.get(transition.target);
            for (const action of transition.actions)
                actions[action](resource, event);
            if (state.final)
                scope.end();
        }
        return {
            receive: step,
            shutdown: () => step({ type: 'shutdown.requested' }),
            release: () => release(resource),
        };
    });
}
const STATE_KEYS = ['description', 'on', 'type'];
const TRANSITION_KEYS = ['actions', 'description', 'guard', 'target'];
/** Turns a chart's configuration into a table, and proves on the way that the table says it all. */
function compile(machine, actions) {
    const { id, initial } = machine.config;
    const states = machine.config.states;
    const { guards } = machine.implementations;
    function demand(condition, what) {
        if (!condition)
            throw new TypeError(`chart '${id}' cannot be run flat: ${what}`);
    }
    function compileTransition(config) {
        const { target, guard, actions: names = [], ...rest } = typeof config === 'string' ? { target: config } : config;
        const unknown = Object.keys(rest).find((key) => !TRANSITION_KEYS.includes(key));
        demand(unknown === undefined, `a transition has '${unknown}'`);
        demand(target === undefined || (typeof target === 'string' && target in states), `no state '${target}'`);
        const named = [names].flat();
        for (const name of named)
            demand(name in actions, `no action '${name}'`);
        demand(guard === undefined || (typeof guard === 'string' && guard in guards), `no guard '${guard}'`);
        return { target, guard: guards[guard], actions: named };
    }
    function compileState(name) {
        const config = states[name] ?? {};
        const unknown = Object.keys(config).find((key) => !STATE_KEYS.includes(key));
        demand(unknown === undefined, `state '${name}' has '${unknown}'`);
        const on = Object.entries(config['on'] ?? {}).map(([type, configs]) => [type, [configs].flat().map(compileTransition)]);
        return { final: config['type'] === 'final', on: new Map(on) };
    }
    const compiled = new Map(Object.keys(states).map((name) => [name, compileState(name)]));
    const first = compiled.get(String(initial));
    demand(first !== undefined, 'no initial state');
    return { initial: first, states: compiled };
}
