/** The query parameter that marks a host frame's URL; its value is a random token made anew for each frame. */
export const HOST_FRAME_PARAMETER = '__backfetch_host';
