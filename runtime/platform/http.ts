/** HTTP for what is reached by a URL; sockets of our own protocols are Net's. */

/**
 * Posts `body` and gives the answer's body.
 *
 * @throws Error that says why there is none: the network's reason, or the answer's status
 */
export async function postHttp(
  url: string,
  body: Uint8Array,
  options: { readonly contentType: string; readonly signal: AbortSignal },
): Promise<Uint8Array> {
  const { contentType, signal } = options;
  const headers = { "Content-Type": contentType };
  const answer = await fetch(url, { method: "POST", headers, body: new Uint8Array(body), signal });
  if (!answer.ok) throw new Error(`it answered ${answer.status} ${answer.statusText}`);
  return new Uint8Array(await answer.arrayBuffer());
}
