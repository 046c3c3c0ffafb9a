/**
 * The least that Node.js can do: a TCP server whose handler answers a constant, or a UDP socket that answers, to each
 * datagram, one of constant size. `bare.js tcp`, `bare.js udp BYTES`; with 0 bytes nothing is answered.
 */
export {};
