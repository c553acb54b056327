/**
 * The query parameter that marks a host frame's URL; its value is a random token made anew for each frame. As a fragment
 * it marks the URL of what a host frame fetches.
 */
export const HOST_FRAME_PARAMETER = '__backfetch_host';
