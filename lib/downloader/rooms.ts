/** In bytes: what browsers have at hand of a fast body at a time. */
const ROOM_BYTES = 1024 * 1024;
/** So much memory is kept for what comes next. */
const MOST_FREE = 12;

const free: ArrayBuffer[] = [];

/**
 * Memory that a body can be read into. Used over and over: memory taken anew for every chunk lies about as garbage, and of
 * a fast download that were hundreds of megabytes.
 */
export function takeRoom(): ArrayBuffer {
  return free.pop() ?? new ArrayBuffer(ROOM_BYTES);
}

/** To be called when nobody reads the bytes any more. Other memory than {@link takeRoom} gave is left alone. */
export function giveRoom(memory: ArrayBuffer): void {
  if (memory.byteLength === ROOM_BYTES && free.length < MOST_FREE) free.push(memory);
}
