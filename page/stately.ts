/**
 * The page at `/stately`: shows the system in Stately's hosted inspector, the one thing that comes from the internet.
 * It is not there yet, and says so.
 */

document.body.append("Stately's inspector cannot be opened from here yet.");
