/** Names of the two IPC channels; a file of its own, as the preload script must not load anything else. */
export const CALL = "noetherscope:call";
export const EVENT = "noetherscope:event";
