/** The size that the popup is looked at in, in CSS pixels. */
export const POPUP_VIEWPORT = { width: 380, height: 560 };
