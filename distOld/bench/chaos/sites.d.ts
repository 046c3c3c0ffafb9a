/**
 * Where actors are crashed: the children of every supervisor there is, each site at its supervisor's pace.
 */
import type { Site } from './saboteur.js';
import type { World } from './world.js';
/** All sites of a world. */
export declare function sitesOf({ registry, work, pairs }: World): Site[];
