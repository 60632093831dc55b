// Node 20 does not have it.
// expect: Cannot find name 'WebSocket'
export const socket = new WebSocket('ws://127.0.0.1:1');
