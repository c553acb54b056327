/** The site's host frame can't be had: it is down, or does not let itself be framed. */
export class HostFrameRefused extends TypeError {
  override name = 'HostFrameRefused';
}
